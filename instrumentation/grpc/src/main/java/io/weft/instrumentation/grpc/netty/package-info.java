/** The mesh's TLS on connections of gRPC's Netty transport, and of its shaded copy. */
@NullMarked
package io.weft.instrumentation.grpc.netty;

import org.jspecify.annotations.NullMarked;
