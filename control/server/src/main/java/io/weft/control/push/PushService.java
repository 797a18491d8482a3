package io.weft.control.push;

import com.linecorp.armeria.server.ServiceRequestContext;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.weft.api.v1.AgentMessage;
import io.weft.api.v1.ControlMessage;
import io.weft.api.v1.Hello;
import io.weft.api.v1.Identity;
import io.weft.api.v1.PushGrpc;
import io.weft.control.identity.Revoked;
import io.weft.control.identity.Token;
import io.weft.control.identity.Tokens;
import io.weft.control.identity.WorkloadAuthority;
import io.weft.control.loop.Loop;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The push protocol at its network end: asks for the credential, hands the rest to the loop. */
public final class PushService extends PushGrpc.PushImplBase {
  private static final int PROTOCOL = 1;
  private static final String NAME = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";

  private final Loop loop;
  private final Tokens tokens;
  private final WorkloadAuthority authority;
  private final Fleet fleet;

  public PushService(Loop loop, Tokens tokens, WorkloadAuthority authority, Fleet fleet) {
    this.loop = loop;
    this.tokens = tokens;
    this.authority = authority;
    this.fleet = fleet;
  }

  @Override
  public StreamObserver<AgentMessage> connect(StreamObserver<ControlMessage> out) {
    InetSocketAddress remote = ServiceRequestContext.current().remoteAddress();
    return new Stream(out, remote.getAddress().getHostAddress());
  }

  private final class Stream implements StreamObserver<AgentMessage> {
    private final StreamObserver<ControlMessage> out;
    private final String remote;
    // Touched on the loop alone.
    private @Nullable Session session;
    private boolean over;

    Stream(StreamObserver<ControlMessage> out, String remote) {
      this.out = out;
      this.remote = remote;
    }

    @Override
    public void onNext(AgentMessage message) {
      loop.execute(() -> received(message));
    }

    private void received(AgentMessage message) {
      Session open = session;
      if (over) {
        return;
      }
      if (open != null) {
        fleet.received(open, message);
        return;
      }
      if (!message.hasHello()) {
        refuse(Status.FAILED_PRECONDITION, "the first message must be Hello");
        return;
      }
      Hello hello = message.getHello();
      if (hello.getProtocol() < PROTOCOL) {
        refuse(
            Status.FAILED_PRECONDITION,
            "the agent speaks protocol " + hello.getProtocol() + ", control speaks " + PROTOCOL);
        return;
      }
      Optional<Token> token = tokens.check(Token.Purpose.JOIN, hello.getCredential().getToken());
      if (token.isEmpty()) {
        refuse(Status.UNAUTHENTICATED, "the join token is unknown here, or has expired");
        return;
      }
      Identity identity = hello.getIdentity();
      String wrong = wrong(identity, token.get());
      if (!wrong.isEmpty()) {
        refuse(Status.FAILED_PRECONDITION, wrong);
        return;
      }
      String principal = token.get().principal();
      String spiffeId =
          authority.spiffeId(
              identity.getNamespace(), principal.isEmpty() ? identity.getService() : principal);
      Revoked revoked = authority.revocation(spiffeId);
      if (revoked != null
          && Instant.parse(token.get().created()).getEpochSecond() <= revoked.before()) {
        refuse(
            Status.UNAUTHENTICATED,
            spiffeId
                + " was revoked at "
                + Instant.ofEpochSecond(revoked.before())
                + ": it needs a token made since (weft token create)");
        return;
      }
      session = fleet.connected(Agent.of(hello, principal, spiffeId, remote), hello, out, PROTOCOL);
    }

    private static String wrong(Identity identity, Token token) {
      if (identity.getUid().isEmpty()
          || identity.getUid().length() > 128
          || identity.getUid().indexOf('/') >= 0) {
        return "the agent has no usable uid";
      }
      if (!identity.getService().matches(NAME)) {
        return "not a service's name: " + identity.getService();
      }
      if (!identity.getNamespace().matches(NAME)) {
        return "not a namespace: " + identity.getNamespace();
      }
      if (!token.namespace().isEmpty() && !token.namespace().equals(identity.getNamespace())) {
        return "the join token is for namespace " + token.namespace() + " alone";
      }
      return "";
    }

    private void refuse(Status status, String reason) {
      over = true;
      out.onError(status.withDescription(reason).asRuntimeException());
    }

    @Override
    public void onError(Throwable fault) {
      loop.execute(this::ended);
    }

    @Override
    public void onCompleted() {
      loop.execute(
          () -> {
            ended();
            try {
              out.onCompleted();
            } catch (IllegalStateException e) {
              // It was ended from this side.
            }
          });
    }

    private void ended() {
      over = true;
      if (session != null) {
        fleet.ended(session);
        session = null;
      }
    }
  }
}
