/** Control at size: thousands of simulated agents against a real control over a real etcd. */
@NullMarked
package io.weft.it.bench.fleet;

import org.jspecify.annotations.NullMarked;
