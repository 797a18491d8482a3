/** {@link java.net.HttpURLConnection} through the mesh. */
@NullMarked
package io.weft.instrumentation.urlconnection;

import org.jspecify.annotations.NullMarked;
