package io.weft.it.bench.race;

import io.weft.it.bench.BenchAuthority;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Starts the processes of each party. */
final class Stable {
  // The same for all. Threads that come and go would take their processor time with them.
  private static final List<String> JVM =
      List.of(
          "-Xms256m",
          "-Xmx256m",
          "-XX:-UseDynamicNumberOfCompilerThreads",
          "-XX:-UseDynamicNumberOfGCThreads",
          // For JFR, if it is asked to look: a stack of Spring in Tomcat is deeper than 64.
          "-XX:FlightRecorderOptions=stackdepth=256",
          "-Dhttp.maxConnections=64");
  private static final List<String> TOMCAT =
      List.of(
          "--server.port=0",
          "--server.address=127.0.0.1",
          "--server.tomcat.max-keep-alive-requests=-1",
          "--server.tomcat.keep-alive-timeout=30m",
          "--spring.main.banner-mode=off");

  private final Home home;
  private final Path folder;
  private final RaceMesh mesh;
  private final TraceSink sink;
  private final BenchAuthority authority;

  Stable(Home home, Path folder, RaceMesh mesh, TraceSink sink, BenchAuthority authority) {
    this.home = home;
    this.folder = folder;
    this.mesh = mesh;
    this.sink = sink;
    this.authority = authority;
  }

  /** Starts those that race in workloads of a kind, and waits until the callee serves. */
  Team start(Party party, boolean grpc) throws IOException {
    String name = party.title() + (grpc ? "-grpc" : "-http");
    Path own = folder.resolve(name);
    Keys caller = Keys.write(own.resolve("caller"), authority, "spiffe://race/" + callerOf(name));
    Keys callee = Keys.write(own.resolve("callee"), authority, "spiffe://race/" + name);
    if (party.isMeshed()) {
      mesh.rule(party, name, callerOf(name));
    }
    List<AutoCloseable> started = new ArrayList<>();
    try {
      Program serving = callee(party, grpc, name, callee, List.of());
      started.add(serving);
      int port = Integer.parseInt(serving.await("serving on port (\\d+)").group(1));
      List<Program> between = List.of();
      String target = party.isMeshed() ? name : "127.0.0.1:" + port;
      if (party.isEnvoy()) {
        EnvoyPair pair = EnvoyPair.start(home, own, party, name, grpc, port, caller, callee, sink);
        started.add(pair);
        between = List.of(pair.outbound(), pair.inbound());
        target = "127.0.0.1:" + pair.port();
      }
      Program calling = caller(party, name, caller, target);
      started.add(calling);
      calling.await("^ready");
      return new Team(party, name, calling, serving, between);
    } catch (IOException | RuntimeException e) {
      for (AutoCloseable each : started) {
        try {
          each.close();
        } catch (Exception failure) {
          e.addSuppressed(failure);
        }
      }
      throw e;
    }
  }

  /** The name of what calls a service. */
  static String callerOf(String service) {
    return service + "-caller";
  }

  /** Starts only a party's callee, which speaks HTTP. */
  Program callee(Party party, List<String> options) throws IOException {
    String name = party.title() + "-http";
    return callee(
        party,
        false,
        name,
        Keys.write(folder.resolve("alone"), authority, "spiffe://race/alone"),
        options);
  }

  /** Where a party's archive of classes is kept. */
  Path archive(Party party) {
    return folder.resolve(party.title() + ".jsa");
  }

  private Program callee(Party party, boolean grpc, String name, Keys keys, List<String> options)
      throws IOException {
    Program.Builder program =
        Program.of("callee")
            .java()
            .with(JVM)
            .with(options)
            .with(agents(party))
            .env(environment(party, name))
            .with(ownTls(party) && grpc ? List.of("-Drace.tls=" + keys.folder()) : List.of())
            .with(home.applications());
    if (grpc) {
      return program.with("io.weft.it.bench.app.GrpcCallee").start();
    }
    program.with("io.weft.it.bench.app.HttpCallee").with(TOMCAT);
    if (ownTls(party)) {
      program.with(
          "--server.ssl.key-store=" + keys.folder().resolve("key.p12"),
          "--server.ssl.key-store-password=" + Keys.PASSWORD,
          "--server.ssl.trust-store=" + keys.folder().resolve("roots.p12"),
          "--server.ssl.trust-store-password=" + Keys.PASSWORD,
          "--server.ssl.client-auth=need",
          "--server.ssl.enabled-protocols=TLSv1.3");
    }
    return program.start();
  }

  private Program caller(Party party, String name, Keys keys, String target) throws IOException {
    Program.Builder program =
        Program.of("caller")
            .java()
            .with(JVM)
            .with(agents(party))
            .env(environment(party, callerOf(name)))
            .with("-Drace.grpc=" + target)
            .with("-Drace.http=" + (ownTls(party) ? "https://" : "http://") + target);
    if (ownTls(party)) {
      program.with("-Drace.tls=" + keys.folder());
    }
    if (party == Party.PROXYLESS) {
      program.with("-Drace.serviceconfig=true");
    }
    return program.with(home.applications()).with("io.weft.it.bench.app.Caller").start();
  }

  private static boolean ownTls(Party party) {
    return party == Party.OWN_TLS || party == Party.PROXYLESS;
  }

  private List<String> agents(Party party) {
    if (party == Party.OTEL) {
      return List.of("-javaagent:" + home.openTelemetryAgent());
    }
    return party.hasAgent() ? mesh.agent() : List.of();
  }

  private Map<String, String> environment(Party party, String service) {
    Map<String, String> environment = new HashMap<>();
    if (party.hasAgent()) {
      environment.putAll(
          party.isMeshed() ? mesh.environment(service) : mesh.environmentWithoutControl(service));
    }
    if (party.hasAgent() || party == Party.OTEL) {
      environment.put("OTEL_EXPORTER_OTLP_ENDPOINT", sink.endpoint(service));
      environment.put("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf");
      environment.put("OTEL_TRACES_SAMPLER", "parentbased_traceidratio");
      environment.put("OTEL_TRACES_SAMPLER_ARG", party.sampling());
      environment.put("OTEL_METRICS_EXPORTER", "otlp");
    }
    if (party == Party.OTEL) {
      environment.put("OTEL_SERVICE_NAME", service);
      environment.put("OTEL_LOGS_EXPORTER", "none");
    }
    return environment;
  }
}
