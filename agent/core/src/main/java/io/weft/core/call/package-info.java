/**
 * The way of a call: a decision machine without I/O, and the two drivers that run it for every
 * library.
 */
@NullMarked
package io.weft.core.call;

import org.jspecify.annotations.NullMarked;
