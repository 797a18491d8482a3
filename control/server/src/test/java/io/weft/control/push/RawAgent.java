package io.weft.control.push;

import com.google.protobuf.ByteString;
import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.grpc.GrpcClients;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.netty.handler.ssl.SslContextBuilder;
import io.weft.api.v1.Ack;
import io.weft.api.v1.AgentMessage;
import io.weft.api.v1.Ask;
import io.weft.api.v1.Callers;
import io.weft.api.v1.Certificate;
import io.weft.api.v1.CertificateRequest;
import io.weft.api.v1.ControlMessage;
import io.weft.api.v1.Credential;
import io.weft.api.v1.Drain;
import io.weft.api.v1.Explanation;
import io.weft.api.v1.Goodbye;
import io.weft.api.v1.Hello;
import io.weft.api.v1.Identity;
import io.weft.api.v1.InstancePort;
import io.weft.api.v1.InstanceState;
import io.weft.api.v1.Nack;
import io.weft.api.v1.PushGrpc;
import io.weft.api.v1.Registration;
import io.weft.api.v1.ResourceError;
import io.weft.api.v1.ResourceVersion;
import io.weft.api.v1.Update;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** The agent's end of the push protocol, message by message. */
final class RawAgent implements AutoCloseable {
  private final ClientFactory clients;
  private final LinkedBlockingQueue<ControlMessage> received = new LinkedBlockingQueue<>();
  private final CompletableFuture<Status> end = new CompletableFuture<>();
  private final StreamObserver<AgentMessage> out;

  private RawAgent(Path data, int port, Consumer<SslContextBuilder> certificate) {
    clients =
        ClientFactory.builder()
            .tlsCustomizer(
                tls -> {
                  tls.trustManager(data.resolve("root.pem").toFile());
                  certificate.accept(tls);
                })
            .build();
    out =
        GrpcClients.builder("gproto+https://127.0.0.1:" + port)
            .factory(clients)
            .responseTimeoutMillis(0)
            .maxResponseLength(0)
            .build(PushGrpc.PushStub.class)
            .connect(new In());
  }

  /** Connects and says Hello with the join token of control's data folder. */
  static RawAgent join(
      Path data,
      int port,
      String uid,
      String service,
      Collection<ResourceVersion> held,
      String... subscriptions)
      throws IOException {
    String token = Files.readString(data.resolve("join-token")).strip();
    String[] parts = token.split("\\.", -1);
    return join(data, port, parts[1] + "." + parts[2], uid, service, held, subscriptions);
  }

  static RawAgent join(
      Path data,
      int port,
      String credential,
      String uid,
      String service,
      Collection<ResourceVersion> held,
      String... subscriptions) {
    RawAgent agent = new RawAgent(data, port, none -> {});
    agent.hello(
        identity(uid, "default", service),
        Credential.newBuilder().setToken(credential).build(),
        held,
        subscriptions);
    return agent;
  }

  /** Connects and says Hello with any credential. */
  static RawAgent join(
      Path data, int port, Credential credential, Identity identity, String... subscriptions) {
    RawAgent agent = new RawAgent(data, port, none -> {});
    agent.hello(identity, credential, List.of(), subscriptions);
    return agent;
  }

  /** Connects with a certificate and says Hello by it. */
  static RawAgent join(
      Path data, int port, PrivateKey key, List<X509Certificate> chain, Identity identity) {
    RawAgent agent = new RawAgent(data, port, tls -> tls.keyManager(key, chain));
    agent.hello(identity, Credential.newBuilder().setX509(true).build(), List.of());
    return agent;
  }

  static Identity identity(String uid, String namespace, String service) {
    return Identity.newBuilder().setUid(uid).setNamespace(namespace).setService(service).build();
  }

  private void hello(
      Identity identity,
      Credential credential,
      Collection<ResourceVersion> held,
      String... subscriptions) {
    send(
        AgentMessage.newBuilder()
            .setHello(
                Hello.newBuilder()
                    .setProtocol(1)
                    .addFeatures("explain")
                    .setIdentity(identity)
                    .setCredential(credential)
                    .addAllHeld(held)
                    .addAllSubscriptions(List.of(subscriptions))));
  }

  void send(AgentMessage.Builder message) {
    out.onNext(message.build());
  }

  /** Registers one READY instance that listens on a port. */
  RawAgent serve(int port) {
    send(
        AgentMessage.newBuilder()
            .setRegistration(
                Registration.newBuilder()
                    .addAddresses("127.0.0.1")
                    .addPorts(InstancePort.newBuilder().setNumber(port).setProtocol("http"))
                    .setState(InstanceState.READY)
                    .setWeight(1)));
    return this;
  }

  void drain() {
    send(AgentMessage.newBuilder().setDrain(Drain.getDefaultInstance()));
  }

  void certify(byte[] request) {
    send(
        AgentMessage.newBuilder()
            .setCertificateRequest(
                CertificateRequest.newBuilder().setCsr(ByteString.copyFrom(request))));
  }

  /** The next certificate. */
  Certificate certificate() throws InterruptedException {
    while (true) {
      ControlMessage message = next();
      if (message.hasCertificate()) {
        return message.getCertificate();
      }
    }
  }

  void goodbye() {
    send(AgentMessage.newBuilder().setGoodbye(Goodbye.getDefaultInstance()));
  }

  void ack(Update update) {
    send(
        AgentMessage.newBuilder()
            .setAck(Ack.newBuilder().setUpdate(update.getId()).setVersion(update.getVersion())));
  }

  void nack(Update update, ResourceError error) {
    send(
        AgentMessage.newBuilder()
            .setNack(
                Nack.newBuilder()
                    .setUpdate(update.getId())
                    .setVersion(update.getVersion())
                    .addErrors(error)));
  }

  /** The next message. */
  ControlMessage next() throws InterruptedException {
    ControlMessage message = received.poll(20, TimeUnit.SECONDS);
    if (message == null) {
      throw new AssertionError("control says nothing; ended: " + end);
    }
    return message;
  }

  /** The next question. */
  Ask ask() throws InterruptedException {
    while (true) {
      ControlMessage message = next();
      if (message.hasAsk()) {
        return message.getAsk();
      }
    }
  }

  /** Answers one. */
  void explain(Ask ask, Explanation.Builder explanation) {
    send(AgentMessage.newBuilder().setExplanation(explanation.setAsk(ask.getId())));
  }

  /** The next update, which this does not answer. */
  Update update() throws InterruptedException {
    while (true) {
      ControlMessage message = next();
      if (message.hasUpdate()) {
        return message.getUpdate();
      }
    }
  }

  /** What it is told next of how many call what it calls. */
  Callers callers() throws InterruptedException {
    while (true) {
      ControlMessage message = next();
      if (message.hasCallers()) {
        return message.getCallers();
      }
    }
  }

  /** With which status control ended the stream. */
  Status ended() throws Exception {
    try {
      return end.get(20, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError("control did not end the stream", e);
    }
  }

  /** As when the process is killed. */
  @Override
  public void close() {
    // Netty takes two seconds to end: nobody waits for them.
    var unused = clients.closeAsync();
  }

  private final class In implements StreamObserver<ControlMessage> {
    @Override
    public void onNext(ControlMessage message) {
      received.add(message);
    }

    @Override
    public void onError(Throwable fault) {
      end.complete(Status.fromThrowable(fault));
    }

    @Override
    public void onCompleted() {
      end.complete(Status.OK);
    }
  }
}
