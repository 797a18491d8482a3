package io.weft.it.contract;

import static io.weft.it.contract.ContractMesh.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.weft.it.contract.app.JdkServerApp;
import io.weft.it.process.Artifacts;
import io.weft.it.process.JavaProcess;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is under way on an open connection when the principal that has made it is revoked. */
@ExtendWith(ContractMesh.Extension.class)
class RevocationIT {
  private static final String MINUTES = "3000";

  private final ContractMesh mesh;
  private int calls;

  RevocationIT(ContractMesh mesh) {
    this.mesh = mesh;
  }

  @Test
  void answers_and_streams_of_a_revoked_principal_end_in_every_kind_of_server() {
    List<Path> tomcat = TestApps.compiled("TomcatApp", "tomcat11", false);
    List<Path> grpc = TestApps.compiled("GrpcApp", "grpc", List.of(Artifacts.cliJar()));
    try (JavaProcess jdkServer =
            mesh.start(
                "open-jdk",
                JavaProcess.of("HttpServer")
                    .main(List.of(TestApps.classes()), JdkServerApp.class.getName()));
        JavaProcess tomcatServer =
            mesh.start(
                "open-tomcat",
                JavaProcess.of("Tomcat").main(tomcat, "TomcatApp", tomcat.get(0).toString()));
        JavaProcess grpcServer =
            mesh.start("open-grpc", JavaProcess.of("gRPC").main(grpc, "GrpcApp", "serve", "v1"));
        JavaProcess grpcCaller =
            mesh.start(
                "revoked",
                JavaProcess.of("caller").main(grpc, "GrpcApp", "call", "dns:///open-grpc"));
        Client caller = new Client(mesh.start("revoked", Client.app("HttpClient-1.1")))) {
      for (JavaProcess each :
          List.of(jdkServer, tomcatServer, grpcServer, grpcCaller, caller.process())) {
        mesh.awaitIdentity(each);
      }
      eventually().until(() -> caller.get("http://open-jdk/headers").status() == 200);
      eventually().until(() -> caller.get("http://open-tomcat/headers").status() == 200);
      eventually().until(() -> call(grpcCaller, "unary 20000 peer").contains(" spiffe://"));
      Client.Call fromJdk = caller.call("GET", "http://open-jdk/drip?" + MINUTES).begin();
      Client.Call fromTomcat = caller.call("GET", "http://open-tomcat/drip?" + MINUTES).begin();
      fromJdk.awaitFirstByte();
      fromTomcat.awaitFirstByte();
      int stream = begin(grpcCaller, "slowly 0 " + MINUTES);

      mesh.weft("ca", "revoke", "default/revoked");

      assertThat(fromJdk.await().exception()).isNotEmpty();
      assertThat(fromTomcat.await().exception()).isNotEmpty();
      assertThat(grpcCaller.awaitLine("answer " + stream + " (.*)").group(1))
          .startsWith("UNAVAILABLE");
    }
  }

  private String call(JavaProcess from, String what) {
    return from.awaitLine("answer " + begin(from, what) + " (.*)").group(1);
  }

  private int begin(JavaProcess from, String what) {
    calls++;
    from.send(calls + " " + what);
    return calls;
  }
}
