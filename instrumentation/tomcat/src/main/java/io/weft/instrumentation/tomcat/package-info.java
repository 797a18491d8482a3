/** Tomcat 9, 10.1 and 11, alone and inside frameworks. */
@NullMarked
package io.weft.instrumentation.tomcat;

import org.jspecify.annotations.NullMarked;
