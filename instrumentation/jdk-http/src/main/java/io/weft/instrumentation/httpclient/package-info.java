/** {@link java.net.http.HttpClient} of the JDK through the mesh. */
@NullMarked
package io.weft.instrumentation.httpclient;

import org.jspecify.annotations.NullMarked;
