package io.weft.control.push;

import com.linecorp.armeria.server.ServiceRequestContext;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.weft.api.v1.AgentMessage;
import io.weft.api.v1.ControlMessage;
import io.weft.api.v1.Credential;
import io.weft.api.v1.Hello;
import io.weft.api.v1.Identity;
import io.weft.api.v1.PushGrpc;
import io.weft.control.identity.Revoked;
import io.weft.control.identity.WorkloadAuthority;
import io.weft.control.join.FailedJoins;
import io.weft.control.join.Joined;
import io.weft.control.join.Joins;
import io.weft.control.join.Judgement;
import io.weft.control.join.Refusal;
import io.weft.control.join.ShownCertificates;
import io.weft.control.loop.Loop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The push protocol at its network end: asks for the credential, hands the rest to the loop. */
public final class PushService extends PushGrpc.PushImplBase {
  private static final Logger LOG = LoggerFactory.getLogger(PushService.class);
  private static final int PROTOCOL = 1;
  private static final String NAME = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";

  /** How soon Hello must come. */
  private static final Duration HELLO_WAIT = Duration.ofSeconds(10);

  private static final Duration STORE_WAIT = Duration.ofSeconds(5);
  private static final Duration STORE_STEP = Duration.ofMillis(20);

  /** What an agent may say before it is answered. */
  private static final int MOST_EARLY = 16;

  /** Answers that are held back at a time; more are given at once. */
  private static final int MOST_HELD = 1_000;

  private final Loop loop;
  private final BooleanSupplier tokensAreKnown;
  private final Joins joins;
  private final FailedJoins failures;
  private final WorkloadAuthority authority;
  private final Fleet fleet;
  // Touched on the loop alone.
  private int held;

  /**
   * @param tokensAreKnown whether it can be told yet which join tokens there are
   */
  public PushService(
      Loop loop,
      BooleanSupplier tokensAreKnown,
      Joins joins,
      FailedJoins failures,
      WorkloadAuthority authority,
      Fleet fleet) {
    this.loop = loop;
    this.tokensAreKnown = tokensAreKnown;
    this.joins = joins;
    this.failures = failures;
    this.authority = authority;
    this.fleet = fleet;
  }

  @Override
  public StreamObserver<AgentMessage> connect(StreamObserver<ControlMessage> out) {
    ServiceRequestContext context = ServiceRequestContext.current();
    InetSocketAddress remote = context.remoteAddress();
    Stream stream =
        new Stream(out, remote.getAddress(), ShownCertificates.of(context.sslSession()));
    loop.after(HELLO_WAIT, stream::helloIsDue);
    return stream;
  }

  private final class Stream implements StreamObserver<AgentMessage> {
    private final StreamObserver<ControlMessage> out;
    private final InetAddress remote;
    private final List<X509Certificate> shown;
    // Touched on the loop alone.
    private @Nullable Session session;
    private @Nullable Hello hello;
    private final Queue<AgentMessage> early = new ArrayDeque<>();
    private boolean over;

    Stream(StreamObserver<ControlMessage> out, InetAddress remote, List<X509Certificate> shown) {
      this.out = out;
      this.remote = remote;
      this.shown = shown;
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
      } else if (hello != null) {
        early.add(message);
        if (early.size() > MOST_EARLY) {
          refuse(Status.FAILED_PRECONDITION, "the agent does not wait for Welcome");
        }
      } else if (!message.hasHello()) {
        refuse(Status.FAILED_PRECONDITION, "the first message must be Hello");
      } else {
        hello = message.getHello();
        begin(message.getHello(), STORE_WAIT);
      }
    }

    private void helloIsDue() {
      if (!over && hello == null) {
        refuse(Status.DEADLINE_EXCEEDED, "Hello did not come");
      }
    }

    // Before the store is read nobody can be told from anybody else.
    private void begin(Hello hello, Duration patience) {
      if (over) {
        return;
      }
      if (!tokensAreKnown.getAsBoolean() || !fleet.isReady()) {
        if (patience.isNegative()) {
          refuse(Status.UNAVAILABLE, "control has not read its store yet");
        } else {
          loop.after(STORE_STEP, () -> begin(hello, patience.minus(STORE_STEP)));
        }
        return;
      }
      if (hello.getProtocol() < PROTOCOL) {
        refuse(
            Status.FAILED_PRECONDITION,
            "the agent speaks protocol " + hello.getProtocol() + ", control speaks " + PROTOCOL);
        return;
      }
      String key = key(hello.getCredential(), shown);
      if (failures.isBarred(key)) {
        failed(
            Status.RESOURCE_EXHAUSTED,
            "this credential has failed too often, and is looked at again in ten seconds");
        return;
      }
      var unused =
          joins
              .judge(hello.getCredential(), shown)
              .thenAccept(judgement -> judged(hello, key, judgement))
              .exceptionally(
                  fault -> {
                    LOG.error("fault in control", fault);
                    return null;
                  });
    }

    private void judged(Hello hello, String key, Judgement judgement) {
      if (over) {
        return;
      }
      if (judgement instanceof Refusal refusal) {
        if (refusal.code() == Status.Code.UNAUTHENTICATED) {
          failures.unproven(key);
        }
        failed(refusal.code().toStatus(), refusal.reason());
      } else if (judgement instanceof Joined joined) {
        failures.proven(key);
        joined(hello, joined);
      }
    }

    private void joined(Hello hello, Joined joined) {
      Identity identity = hello.getIdentity();
      String malformed = malformed(identity);
      if (!malformed.isEmpty()) {
        refuse(Status.FAILED_PRECONDITION, malformed);
        return;
      }
      if (!joined.namespace().isEmpty() && !joined.namespace().equals(identity.getNamespace())) {
        failed(
            Status.PERMISSION_DENIED,
            joined.name()
                + " is for namespace "
                + joined.namespace()
                + " alone, and the agent says "
                + identity.getNamespace()
                + " (weft.namespace)");
        return;
      }
      String principal = joined.principal().isEmpty() ? identity.getService() : joined.principal();
      String spiffeId = authority.spiffeId(identity.getNamespace(), principal);
      Revoked revoked = authority.revocation(spiffeId);
      if (revoked != null && joined.since().getEpochSecond() <= revoked.before()) {
        failed(
            Status.UNAUTHENTICATED,
            spiffeId
                + " was revoked at "
                + Instant.ofEpochSecond(revoked.before())
                + ": it needs a token made since (weft token create)");
        return;
      }
      Agent agent = new Agent(identity, joined, spiffeId, remote.getHostAddress());
      Optional<String> objection = fleet.objection(agent);
      if (objection.isPresent()) {
        failed(Status.PERMISSION_DENIED, objection.get());
        return;
      }
      Session opened = fleet.connected(agent, hello, out, PROTOCOL);
      session = opened;
      early.forEach(message -> fleet.received(opened, message));
      early.clear();
    }

    private static String malformed(Identity identity) {
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
      return "";
    }

    // Who fails too often from one address is answered late, and knows why.
    private void failed(Status status, String reason) {
      if (!failures.failed(network(remote), reason)) {
        refuse(status, reason);
        return;
      }
      Runnable answer =
          () ->
              refuse(
                  Status.RESOURCE_EXHAUSTED,
                  "joins from " + remote.getHostAddress() + " fail too often; this one: " + reason);
      if (held >= MOST_HELD) {
        answer.run();
        return;
      }
      held++;
      loop.after(
          FailedJoins.HELD_BACK,
          () -> {
            held--;
            answer.run();
          });
    }

    private void refuse(Status status, String reason) {
      if (!over) {
        over = true;
        early.clear();
        out.onError(status.withDescription(reason).asRuntimeException());
      }
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

  // Nobody's secret is kept in memory for having failed.
  private static String key(Credential credential, List<X509Certificate> shown) {
    try {
      MessageDigest hash = MessageDigest.getInstance("SHA-256");
      hash.update(credential.toByteArray());
      if (credential.getX509() && !shown.isEmpty()) {
        hash.update(shown.get(0).getEncoded());
      }
      return HexFormat.of().formatHex(hash.digest(), 0, 16);
    } catch (NoSuchAlgorithmException | CertificateEncodingException e) {
      throw new IllegalStateException(e);
    }
  }

  // Of IPv6 the network: whoever has one address of it has them all.
  private static String network(InetAddress address) {
    byte[] bytes = address.getAddress();
    return bytes.length == 4
        ? address.getHostAddress()
        : HexFormat.of().formatHex(Arrays.copyOf(bytes, 8));
  }
}
