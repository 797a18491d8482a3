package io.weft.core.link;

import io.weft.api.v1.Inbound;
import io.weft.api.v1.MutualTls;
import io.weft.api.v1.Resource;
import io.weft.api.v1.ResourceError;
import io.weft.api.v1.ResourceType;
import io.weft.api.v1.ResourceVersion;
import io.weft.core.identity.LiveTls;
import io.weft.core.identity.MutualTlsMode;
import io.weft.core.inbound.InboundPolicies;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Takes Trust and Inbound for itself, and hands on what callers need. */
final class TrustingDataPlane implements DataPlane {
  private final DataPlane config;
  private final LiveTls tls;
  private final InboundPolicies policies;
  private @Nullable Inbound inForce;

  TrustingDataPlane(DataPlane config, LiveTls tls, InboundPolicies policies) {
    this.config = config;
    this.tls = tls;
    this.policies = policies;
  }

  @Override
  public List<String> features() {
    return config.features();
  }

  @Override
  public void callers(Map<String, Integer> many) {
    config.callers(many);
  }

  // Trust and Inbound that are taken away stay in force: nobody would be believed, or anybody let
  // in, in their place.
  @Override
  public List<ResourceError> apply(List<Resource> changed, List<ResourceVersion> removed) {
    List<ResourceError> errors = new ArrayList<>();
    List<Resource> others = new ArrayList<>(changed.size());
    Resource inbound = null;
    boolean trustChanged = false;
    for (Resource resource : changed) {
      if (resource.hasTrust()) {
        trustChanged |= trust(resource, errors);
      } else if (resource.hasInbound()) {
        inbound = resource;
      } else {
        others.add(resource);
      }
    }
    InboundPolicies.Prepared prepared = null;
    if (inbound != null) {
      try {
        prepared = policies.prepare(inbound.getInbound(), tls.trustDomain());
      } catch (RuntimeException | LinkageError e) {
        errors.add(error(inbound, e));
        policies.refuseAll();
        // Config is taken as a whole or not at all; endpoints stand by themselves.
        others.removeIf(each -> each.getVersion().getType() != ResourceType.ENDPOINTS);
      }
    }
    List<ResourceError> ofConfig = config.apply(others, removed);
    errors.addAll(ofConfig);
    // The first policies are enforced though what comes with them is refused: none would let all
    // in.
    if (prepared != null && inbound != null && (!refused(ofConfig) || policies.isEmpty())) {
      enforce(inbound.getInbound(), prepared);
    } else if (trustChanged && inForce != null) {
      // Short names of principals are of the trust domain, which may be known only now.
      enforce(inForce, policies.prepare(inForce, tls.trustDomain()));
    }
    return errors;
  }

  private boolean trust(Resource resource, List<ResourceError> errors) {
    try {
      tls.trust(resource.getTrust(), resource.getVersion().getHash());
      return true;
    } catch (RuntimeException | LinkageError e) {
      errors.add(error(resource, e));
      return false;
    }
  }

  private void enforce(Inbound inbound, InboundPolicies.Prepared prepared) {
    inForce = inbound;
    policies.apply(prepared);
    MutualTls mutualTls = inbound.getMutualTls();
    tls.tls12(mutualTls.getTls12());
    tls.mode(
        switch (mutualTls.getMode()) {
          // Who lets some plaintext in still wants to be spoken to in private.
          case STRICT -> mutualTls.getShadow() ? MutualTlsMode.PERMISSIVE : MutualTlsMode.STRICT;
          case DISABLED ->
              mutualTls.getShadow() ? MutualTlsMode.PERMISSIVE : MutualTlsMode.DISABLED;
          case PERMISSIVE, UNRECOGNIZED -> MutualTlsMode.PERMISSIVE;
        });
  }

  private static boolean refused(List<ResourceError> errors) {
    return errors.stream().anyMatch(each -> each.getType() != ResourceType.ENDPOINTS);
  }

  private static ResourceError error(Resource resource, Throwable why) {
    return ResourceError.newBuilder()
        .setType(resource.getVersion().getType())
        .setName(resource.getVersion().getName())
        .setMessage(
            why instanceof IllegalArgumentException
                ? String.valueOf(why.getMessage())
                : "fault in the agent: " + why)
        .build();
  }
}
