/**
 * gRPC. Calls are taken over below the application's interceptors and made, try by try, on the
 * application's own channel, whose load balancer is told the endpoint; servers get an interceptor
 * around all others.
 */
@NullMarked
package io.weft.instrumentation.grpc;

import org.jspecify.annotations.NullMarked;
