package io.weft.control.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.weft.control.store.ConfigStore.Presence;
import io.weft.control.store.ConfigStore.Watch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real etcd that speaks TLS and asks for a user and a password. */
class EtcdByPasswordTest extends ConfigStoreContract {
  private static EtcdContainer etcd;
  private static Path roots;
  private static Path password;
  @TempDir static Path folder;

  @BeforeAll
  static void startEtcd() throws IOException {
    EtcdPki pki = new EtcdPki();
    roots = Files.write(folder.resolve("ca.pem"), pki.rootPem());
    password = Files.writeString(folder.resolve("password"), EtcdContainer.PASSWORD + "\n");
    etcd = EtcdContainer.guarded(pki, false);
  }

  @AfterAll
  static void stopEtcd() {
    etcd.close();
  }

  @Override
  ConfigStore open() {
    etcd.clear();
    return open(roots, "weft", password);
  }

  @Override
  void compact(ConfigStore opened, long revision) {
    etcd.compact(revision);
  }

  @Test
  @SuppressWarnings("try") // a watch is watched, not called
  void everything_goes_on_when_etcd_no_longer_knows_the_token_it_gave_for_the_password()
      throws Exception {
    try (ConfigStore store = open()) {
      get(store.commit(new Commit().put("config/a", "1")));
      List<String> heard = new CopyOnWriteArrayList<>();
      long revision = get(store.position()).revision();
      try (Watch before = store.watch("config/", revision, heard(heard, "before "));
          Presence here =
              get(
                  store.announce(
                      "replicas/one", ByteString.copyFromUtf8("x"), Duration.ofSeconds(5)))) {
        etcd.forgetTokens();

        assertThat(texts(store.list("config/"))).containsExactly("config/a=1");
        etcd.forgetTokens();
        get(store.commit(new Commit().put("config/b", "2")));
        etcd.forgetTokens();
        // One that is begun with a token that is no good ends, and the next is as good as any.
        await()
            .until(
                () -> {
                  List<String> told = new CopyOnWriteArrayList<>();
                  try (Watch after = store.watch("config/", revision, heard(told, ""))) {
                    await().until(() -> !told.isEmpty());
                  }
                  return told.equals(List.of("config/b"));
                });
        await().until(() -> heard.equals(List.of("before config/b")));
        etcd.forgetTokens();
        get(store.announce("replicas/two", ByteString.copyFromUtf8("y"), Duration.ofSeconds(5)))
            .close();
      }
      await().untilAsserted(() -> assertThat(texts(store.list("replicas/"))).isEmpty());
    }
  }

  @Test
  void a_wrong_password_is_refused_at_once_with_its_file() throws IOException {
    Path wrong = Files.writeString(folder.resolve("wrong"), "guess\n");

    assertThatThrownBy(() -> open(roots, "weft", wrong))
        .isInstanceOf(StoreException.class)
        .hasMessage(
            "etcd at %s does not know user weft with the password in %s: put the right one there,"
                + " or name another user with --etcd-user",
            etcd.endpoint(), wrong);
  }

  @Test
  void nobody_is_let_in_without_a_name() {
    assertThatThrownBy(() -> open(roots, "", null))
        .isInstanceOf(StoreException.class)
        .hasMessage(
            "etcd at %s lets in nobody without a name: give --etcd-user and --etcd-password-file,"
                + " or --etcd-cert and --etcd-key",
            etcd.endpoint());
  }

  @Test
  void a_user_that_may_not_is_refused_at_once_and_a_store_that_runs_says_so() {
    try (ConfigStore store = open()) {
      etcd.takeRole("weft", "weft");
      try {
        assertThatThrownBy(() -> open(roots, "weft", password))
            .isInstanceOf(StoreException.class)
            .hasMessageStartingWith(
                "etcd at %s denies user weft what is below /weft/: give its role that",
                etcd.endpoint());
        assertThatThrownBy(() -> get(store.position()))
            .hasMessageContaining("denies user weft what is below /weft/");
      } finally {
        etcd.giveRole("weft", "weft");
      }
      await().untilAsserted(() -> assertThat(get(store.position())).isNotNull());
    }
  }

  @Test
  void a_certificate_of_an_unknown_authority_is_refused_at_once_with_the_file_of_those_known()
      throws IOException {
    Path others = Files.write(folder.resolve("other.pem"), new EtcdPki().rootPem());

    assertThatThrownBy(() -> open(others, "weft", password))
        .isInstanceOf(StoreException.class)
        .hasMessageStartingWith(
            "etcd at %s shows a certificate that none of those in %s has signed: name its"
                + " authority's with --etcd-ca",
            etcd.endpoint(), others);
    assertThatThrownBy(() -> open(null, "weft", password))
        .isInstanceOf(StoreException.class)
        .hasMessageStartingWith(
            "etcd at %s shows a certificate that Java does not believe: name its authority's with"
                + " --etcd-ca",
            etcd.endpoint());
  }

  @Test
  void a_certificate_of_another_host_is_refused_at_once() {
    assertThatThrownBy(
            () ->
                Stores.open(
                    "etcd:" + etcd.endpoint().replaceFirst("localhost|127.0.0.1", "127.0.0.2"),
                    new EtcdAccess(roots, null, null, "weft", password)))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("shows a certificate of another host")
        .hasMessageEndingWith("write the host it is for in --store");
  }

  @Test
  void an_etcd_that_speaks_tls_is_not_reached_in_plaintext_and_the_reason_is_guessed() {
    try (ConfigStore plain = Stores.open("etcd:" + etcd.endpoint().replace("https:", "http:"))) {
      assertThatThrownBy(() -> get(plain.position()))
          .hasMessageEndingWith(
              " does not answer: it closes each connection; if it speaks TLS, write https:// in"
                  + " --store");
    }
  }

  private static ConfigStore open(@Nullable Path roots, String user, @Nullable Path passwordFile) {
    return Stores.open(
        "etcd:" + etcd.endpoint(), new EtcdAccess(roots, null, null, user, passwordFile));
  }

  private static ConfigStore.Watcher heard(List<String> keys, String prefix) {
    return new ConfigStore.Watcher() {
      @Override
      public void changed(long revision, List<ConfigStore.Change> news) {
        news.forEach(change -> keys.add(prefix + change.key()));
      }

      @Override
      public void ended(String reason) {
        keys.add(prefix + "ended: " + reason);
      }
    };
  }
}
