@NullMarked
package io.weft.demo.recommendations;

import org.jspecify.annotations.NullMarked;
