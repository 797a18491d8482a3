/** Carries the scope of a request to the threads that work on it. */
@NullMarked
package io.weft.instrumentation.concurrent;

import org.jspecify.annotations.NullMarked;
