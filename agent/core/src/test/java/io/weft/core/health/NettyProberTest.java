package io.weft.core.health;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ServerCalls;
import io.weft.api.v1.HealthCheckRequest;
import io.weft.api.v1.HealthCheckResponse;
import io.weft.api.v1.HealthCheckResponse.ServingStatus;
import io.weft.core.endpoint.Endpoint;
import io.weft.core.endpoint.EndpointHealth;
import io.weft.core.endpoint.EndpointLoad;
import io.weft.core.endpoint.EndpointTls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What is made of what is on the wire. */
class NettyProberTest {
  private static final InetAddress HERE = InetAddress.getLoopbackAddress();

  private final NettyProber prober = new NettyProber();

  @Test
  void over_http_any_2xx_is_well_unless_others_are_expected() throws Exception {
    BlockingQueue<List<String>> seen = new LinkedBlockingQueue<>();
    HttpServer server = HttpServer.create(new InetSocketAddress(HERE, 0), 0);
    server.createContext(
        "/",
        exchange -> {
          seen.add(
              List.of(
                  exchange.getRequestMethod(),
                  exchange.getRequestURI().toString(),
                  exchange.getRequestHeaders().getFirst("Host"),
                  exchange.getRequestHeaders().getFirst("User-Agent")));
          int status = Integer.parseInt(exchange.getRequestURI().getPath().substring(1));
          exchange.sendResponseHeaders(status, -1);
          exchange.close();
        });
    server.start();
    int port = server.getAddress().getPort();
    try {
      assertThat(http(port, "/204?a=b", "stock.example")).isEqualTo(Finding.WELL);
      assertThat(seen.take())
          .containsExactly("GET", "/204?a=b", "stock.example", "weft-health-check");
      assertThat(http(port, "/200", "")).isEqualTo(Finding.WELL);
      assertThat(seen.take().get(2)).isEqualTo("127.0.0.1:" + port);
      assertThat(http(port, "/503", "")).isEqualTo(Finding.unwell("status 503"));
      assertThat(http(port, "/404", "", 404)).isEqualTo(Finding.WELL);
      assertThat(http(port, "/200", "", 404)).isEqualTo(Finding.unwell("status 200"));
    } finally {
      server.stop(0);
    }
  }

  @Test
  void where_nobody_listens_or_nobody_answers_it_is_unwell() throws IOException {
    int port;
    try (ServerSocket silent = new ServerSocket(0, 1, HERE)) {
      port = silent.getLocalPort();
      assertThat(ask(port, new Probe.Tcp())).isEqualTo(Finding.WELL);
      assertThat(ask(port, new Probe.Http("/", "", Set.of()), Duration.ofMillis(200)))
          .isEqualTo(Finding.unwell("no answer in time"));
    }
    assertThat(ask(port, new Probe.Tcp())).isEqualTo(Finding.unwell("no connection"));
    assertThat(http(port, "/", "")).isEqualTo(Finding.unwell("no connection"));
    assertThat(ask(port, new Probe.Grpc("", ""))).isEqualTo(Finding.unwell("gRPC UNAVAILABLE"));
  }

  @Test
  void by_grpc_a_service_that_serves_is_well() throws Exception {
    BlockingQueue<String> seen = new LinkedBlockingQueue<>();
    MethodDescriptor<HealthCheckRequest, HealthCheckResponse> check =
        MethodDescriptor.<HealthCheckRequest, HealthCheckResponse>newBuilder()
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName("grpc.health.v1.Health/Check")
            .setRequestMarshaller(ProtoUtils.marshaller(HealthCheckRequest.getDefaultInstance()))
            .setResponseMarshaller(ProtoUtils.marshaller(HealthCheckResponse.getDefaultInstance()))
            .build();
    Server server =
        NettyServerBuilder.forAddress(new InetSocketAddress(HERE, 0))
            .addService(
                ServerServiceDefinition.builder("grpc.health.v1.Health")
                    .addMethod(
                        check,
                        ServerCalls.asyncUnaryCall(
                            (request, answer) -> {
                              seen.add(request.getService());
                              answer.onNext(
                                  HealthCheckResponse.newBuilder()
                                      .setStatus(
                                          request.getService().equals("ill")
                                              ? ServingStatus.NOT_SERVING
                                              : ServingStatus.SERVING)
                                      .build());
                              answer.onCompleted();
                            }))
                    .build())
            .build()
            .start();
    try {
      assertThat(ask(server.getPort(), new Probe.Grpc("shop.v1.Stock", "")))
          .isEqualTo(Finding.WELL);
      assertThat(seen.take()).isEqualTo("shop.v1.Stock");
      assertThat(ask(server.getPort(), new Probe.Grpc("ill", "stock.example")))
          .isEqualTo(Finding.unwell("it says NOT_SERVING"));
    } finally {
      server.shutdownNow();
    }
  }

  @Test
  void without_an_identity_nobody_is_asked_over_mutual_tls() {
    assertThat(ask(1, EndpointTls.MESH, new Probe.Tcp(), Duration.ofSeconds(30)))
        .isEqualTo(Finding.NOT_ASKED);
  }

  private Finding http(int port, String path, String host, Integer... expected) {
    return ask(port, new Probe.Http(path, host, Set.of(expected)));
  }

  private Finding ask(int port, Probe probe) {
    return ask(port, probe, Duration.ofSeconds(30));
  }

  private Finding ask(int port, Probe probe, Duration timeout) {
    return ask(port, EndpointTls.NONE, probe, timeout);
  }

  private Finding ask(int port, EndpointTls tls, Probe probe, Duration timeout) {
    CompletableFuture<Finding> found = new CompletableFuture<>();
    prober.ask(
        new Endpoint(
            "uid",
            "127.0.0.1",
            port,
            tls,
            "spiffe://weft.local/ns/default/sa/stock",
            Map.of(),
            "",
            1,
            false,
            new EndpointLoad(),
            EndpointHealth.UNWATCHED),
        probe,
        timeout.toNanos(),
        found::complete);
    return found.orTimeout(60, TimeUnit.SECONDS).join();
  }
}
