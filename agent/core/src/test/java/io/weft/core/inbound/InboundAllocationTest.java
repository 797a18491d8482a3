package io.weft.core.inbound;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.weft.api.v1.Authorization;
import io.weft.api.v1.AuthorizationRule;
import io.weft.api.v1.Inbound;
import io.weft.core.identity.Peer;
import io.weft.core.identity.SpiffeId;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** What judging a request leaves to be collected, whatever the number of rules. */
class InboundAllocationTest {
  private static final int REQUESTS = 10_000;
  private static final Peer CALLER =
      Peer.of(SpiffeId.parse("spiffe://weft.local/ns/shop/sa/caller"), List.of());

  @Test
  void a_request_that_one_of_1_000_rules_admits_takes_no_more_than_128_bytes() {
    CompiledPolicies policies =
        new CompiledPolicies(
            Inbound.newBuilder().addAuthorizations(rules()).build(), "", null, issuer -> {});
    TestRequest request = new TestRequest("GET", "/api/999/items", CALLER);
    RandomGenerator chance = new Random(42);
    assertThat(policies.judge(request, 0, chance).denial()).isNull();

    assertThat(bytes(() -> policies.judge(request, 0, chance))).isLessThanOrEqualTo(128);
  }

  @Test
  void a_path_that_is_normal_as_it_came_is_not_copied() {
    assertThat(NormalPath.of("/api/999/items")).isEqualTo("/api/999/items");

    assertThat(bytes(() -> NormalPath.of("/api/999/items"))).isZero();
  }

  private static long bytes(Runnable decision) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long each = Long.MAX_VALUE;
    // What the first round allocates is the JVM's.
    for (int round = 0; round < 3; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < REQUESTS; i++) {
        decision.run();
      }
      each = Math.min(each, (threads.getCurrentThreadAllocatedBytes() - before) / REQUESTS);
    }
    return each;
  }

  private static Authorization.Builder rules() {
    Authorization.Builder document = Authorization.newBuilder();
    for (int i = 0; i < 1_000; i++) {
      document.addRules(
          AuthorizationRule.newBuilder()
              .addPaths("/api/" + i + "/*")
              .addPrincipals("spiffe://weft.local/ns/shop/sa/caller")
              .addMethods("GET"));
    }
    return document;
  }
}
