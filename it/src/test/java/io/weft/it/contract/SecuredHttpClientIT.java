package io.weft.it.contract;

import static io.weft.it.contract.ContractMesh.eventually;

import io.weft.it.process.Jdk;
import org.junit.jupiter.api.Test;

/** The JDK's HttpClient on the oldest JDK found, over mutual TLS. */
class SecuredHttpClientIT extends SecuredClientContract {
  SecuredHttpClientIT() {
    super("HttpClient-1.1", Jdk.oldest());
  }

  @Test
  void the_meshs_tls_is_not_led_to_the_proxy_that_the_application_has_for_its_own() {
    Client proxied =
        new Client(
            mesh()
                .start(
                    "proxied",
                    Client.app("HttpClient-1.1")
                        .jdk(Jdk.oldest())
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
}
