package io.weft.it.contract;

import static io.weft.it.contract.ContractMesh.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.weft.it.process.Jdk;
import org.junit.jupiter.api.Test;

/** The JDK's HttpClient over mutual TLS. */
abstract class SecuredHttpClientContract extends SecuredClientContract {
  private final Jdk jdk;

  SecuredHttpClientContract(Jdk jdk) {
    super("HttpClient-1.1", jdk);
    this.jdk = jdk;
  }

  @Test
  void the_meshs_tls_is_not_led_to_the_proxy_that_the_application_has_for_its_own() {
    Client proxied =
        new Client(
            mesh()
                .start(
                    "proxied",
                    Client.app("HttpClient-1.1")
                        .jdk(jdk)
                        .option("-Dhttps.proxyHost=proxy.invalid")));
    try (proxied) {
      // Calls before the first certificate go in plaintext.
      eventually()
          .until(
              () -> {
                stock().reset();
                return proxied.get("http://stock/").status() == 200
                    && stock().requests().get(0).secured();
              });
    }
  }

  @Test
  void a_cookie_for_tls_alone_is_kept_from_a_call_in_plaintext_though_the_mesh_has_tls() {
    stock()
        .both(
            (request, reply) ->
                reply.send(200, "", "Set-Cookie: any=1", "Set-Cookie: tls=2; Secure"));
    client().call("GET", "http://stock/").known().send();
    stock().reset();

    client().call("GET", "http://stock/").known().send();

    assertThat(stock().requests())
        .singleElement()
        .satisfies(
            request -> {
              assertThat(request.secured()).isTrue();
              assertThat(request.header("cookie")).isEqualTo("any=1");
            });
  }
}
