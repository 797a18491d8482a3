package io.weft.instrumentation.grpc;

import java.net.SocketAddress;

/** Stands for all endpoints of a service of the mesh. */
final class MeshAddress extends SocketAddress {
  static final MeshAddress INSTANCE = new MeshAddress();

  private static final long serialVersionUID = 1L;

  private MeshAddress() {}

  @Override
  public String toString() {
    return "mesh";
  }
}
