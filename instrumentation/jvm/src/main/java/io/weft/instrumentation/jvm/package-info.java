/** The JVM's own end. */
@NullMarked
package io.weft.instrumentation.jvm;

import org.jspecify.annotations.NullMarked;
