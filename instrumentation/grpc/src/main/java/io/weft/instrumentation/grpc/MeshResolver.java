package io.weft.instrumentation.grpc;

import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import io.weft.core.Mesh;
import io.weft.core.call.Protocol;
import io.weft.core.config.Destination;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Answers for names of the mesh at once, with an address that nobody connects to; asks DNS for
 * others.
 */
final class MeshResolver extends NameResolver {
  private final Target target;
  private final NameResolver dns;
  private boolean asksDns;
  private @Nullable Listener2 listener;

  private MeshResolver(Target target, NameResolver dns) {
    this.target = target;
    this.dns = dns;
  }

  /** A resolver for names that may be the mesh's; the very one given for all else. */
  static NameResolver around(String uri, NameResolver dns) {
    Target target = Target.parse(uri);
    return target.isElsewhere() ? dns : new MeshResolver(target, dns);
  }

  @Override
  public String getServiceAuthority() {
    return dns.getServiceAuthority();
  }

  @Override
  public void start(Listener2 told) {
    listener = told;
    refresh();
  }

  @Override
  public void refresh() {
    Listener2 told = listener;
    if (told == null) {
      return;
    }
    Destination leads = Mesh.current().destination(target.host(), target.port(), Protocol.GRPC);
    if (asksDns) {
      if (!leads.isDenied()) {
        dns.refresh();
      }
    } else if (leads.isMesh()) {
      told.onResult(
          ResolutionResult.newBuilder()
              .setAddresses(List.of(new EquivalentAddressGroup(MeshAddress.INSTANCE)))
              .build());
    } else {
      asksDns = true;
      dns.start(told);
    }
  }

  @Override
  public void shutdown() {
    dns.shutdown();
  }
}
