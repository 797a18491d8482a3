package io.weft.it.contract;

import static io.weft.it.contract.ContractMesh.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.weft.it.contract.Client.Answer;
import io.weft.it.contract.ScriptedServer.Request;
import io.weft.it.process.Jdk;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** The whole contract over mutual TLS, and what is to be said of that alone. */
abstract class SecuredClientContract extends ClientContract {
  SecuredClientContract(String library, Jdk jdk) {
    super(library, jdk);
  }

  @Override
  void prepare(Stock instances) {
    instances.secured();
  }

  @Override
  void examine(List<Request> seen) {
    assertThat(seen).allSatisfy(request -> assertThat(request.secured()).isTrue());
  }

  // The library's own messages name the scheme that it speaks, and TLS has words of its own for
  // what breaks off.
  @Override
  Map<String, String> alike(Map<String, String> answer) {
    if (answer.containsKey("exception")) {
      return Map.of("exception", "one");
    }
    Map<String, String> same = new TreeMap<>(answer);
    same.replaceAll((name, value) -> value.replace("https://HOST", "http://HOST"));
    return same;
  }

  @AfterAll
  void leave() {
    stock().inPlaintext();
  }

  @Test
  void an_instance_that_proves_to_be_somebody_else_is_told_nothing() {
    stock().v1().identity(CertifiedKey.of("impostor", mesh()));
    try {
      leaveConnections();
      stock().reset();
      for (int i = 0; i < 10; i++) {
        assertThat(client().call("POST", "http://stock/").body(100).send().status()).isEqualTo(200);
      }
      assertThat(stock().v2().requests()).hasSize(10);

      toVersion("v1");

      Answer refused = client().get("http://stock/");
      assertThat(refused.exception())
          .contains("/sa/impostor, not spiffe://weft.local/ns/default/sa/stock");
      assertThat(stock().v1().connections()).isPositive();
      assertThat(stock().v1().requests()).isEmpty();
    } finally {
      stock().itself();
    }
    eventually().until(() -> client().get("http://stock/").status() == 200);
  }

  @Test
  void a_kept_connection_is_left_once_something_else_is_trusted() {
    toVersion("v1");
    client().get("http://stock/");
    stock().reset();
    client().get("http://stock/");
    assertThat(stock().v1().connections()).isZero();

    leaveConnections();
  }

  /** Has something else trusted, and calls until a new connection is made, at no call's expense. */
  private void leaveConnections() {
    mesh().weft("ca", "revoke", "default/somebody-else-" + UUID.randomUUID());
    stock().reset();
    eventually()
        .until(
            () -> {
              // The library itself would repeat a GET.
              Answer answer = client().call("POST", "http://stock/").body(100).send();
              assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
              return stock().v1().connections() > 0;
            });
  }
}
