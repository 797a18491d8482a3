/** The JDK's own {@code HttpServer} as a server of the mesh. */
@NullMarked
package io.weft.instrumentation.httpserver;

import org.jspecify.annotations.NullMarked;
