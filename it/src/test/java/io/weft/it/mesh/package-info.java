/** The whole mesh, with real parts: etcd, Jaeger, control, and the shop's services under agents. */
@NullMarked
package io.weft.it.mesh;

import org.jspecify.annotations.NullMarked;
