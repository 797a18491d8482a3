/**
 * Weft, side by side with what people would use instead: real processes on loopback, which take
 * turns, and ratios between them.
 */
@NullMarked
package io.weft.it.bench.race;

import org.jspecify.annotations.NullMarked;
