@org.jspecify.annotations.NullMarked
package io.weft.it.bench.fleet;
