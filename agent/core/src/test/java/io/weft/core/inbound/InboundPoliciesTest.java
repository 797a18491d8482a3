package io.weft.core.inbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weft.api.v1.Authorization;
import io.weft.api.v1.AuthorizationRule;
import io.weft.api.v1.Inbound;
import io.weft.api.v1.MutualTls;
import io.weft.api.v1.RateLimit;
import io.weft.api.v1.RateShare;
import io.weft.api.v1.Report;
import io.weft.api.v1.Source;
import io.weft.core.call.Alarms;
import io.weft.core.call.MeshAnswer;
import io.weft.core.log.Log;
import io.weft.core.log.LogLevel;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What comes in before the policies of a service are known, and when they cannot be judged. */
class InboundPoliciesTest {
  private static final Inbound STRICT =
      Inbound.newBuilder()
          .setMutualTls(
              MutualTls.newBuilder()
                  .setSource(
                      Source.newBuilder()
                          .setKind("MutualTls")
                          .setNamespace("default")
                          .setName("strict"))
                  .setMode(MutualTls.Mode.STRICT))
          .build();

  private final OneAlarm alarm = new OneAlarm();
  private final InboundPolicies policies = new InboundPolicies(alarm);

  @BeforeEach
  void quiet() {
    Log.threshold(LogLevel.OFF);
  }

  @AfterEach
  void restore() {
    Log.threshold(LogLevel.INFO);
  }

  @Test
  void the_part_in_a_limit_that_control_told_last_stays_when_the_agent_joins_anew() {
    policies.share(share(0.1, true));
    enforce(sharedLimit(100));
    assertThat(said()).contains("now 10.0% of it here");

    policies.share(share(0.3, false));
    policies.share(share(0.1, true));
    assertThat(said()).contains("now 30.0% of it here");

    enforce(sharedLimit(200));
    assertThat(said()).contains("200 in 1s over all instances, now 30.0% of it here");
  }

  @Test
  void while_no_control_has_told_a_part_an_instance_has_all_of_a_limit() {
    enforce(sharedLimit(100));

    assertThat(said()).contains("now 100.0% of it here");
  }

  @Test
  void what_is_asked_under_a_limit_that_instances_share_is_reported() {
    enforce(sharedLimit(100));
    policies.judge(new TestRequest());
    policies.judge(new TestRequest());

    Report.Builder report = Report.newBuilder();
    policies.addTo(report);
    assertThat(report.getRateDemand().getOffered()).isEqualTo(2);
    assertThat(report.getRateDemand().getAdmitted()).isEqualTo(2);

    enforce(Inbound.getDefaultInstance());
    Report.Builder without = Report.newBuilder();
    policies.addTo(without);
    assertThat(without.hasRateDemand()).isFalse();
  }

  private void enforce(Inbound inbound) {
    policies.apply(policies.prepare(inbound, "weft.local"));
  }

  private static Inbound sharedLimit(int limit) {
    return Inbound.newBuilder()
        .setRateLimit(
            RateLimit.newBuilder()
                .setLimit(limit)
                .setPeriodNanos(1_000_000_000)
                .setBurst(limit)
                .setScope(RateLimit.Scope.GLOBAL))
        .build();
  }

  private static RateShare share(double share, boolean first) {
    return RateShare.newBuilder().setShare(share).setFirst(first).build();
  }

  private String said() {
    return policies.explain(new TestRequest()).toString();
  }

  @Test
  void what_comes_first_waits_and_is_judged_by_the_policies_that_come() {
    policies.awaited(false);
    CompletableFuture<Judgement> request =
        CompletableFuture.supplyAsync(() -> policies.judge(new TestRequest()));
    CompletableFuture<Boolean> connection =
        CompletableFuture.supplyAsync(() -> policies.admitsPlaintext(80, "10.0.0.1"));
    alarm.awaitArmed();
    assertThat(policies.isSettled()).isFalse();

    policies.apply(policies.prepare(STRICT, "weft.local"));

    assertThat(status(request.join())).isEqualTo(403);
    assertThat(connection.join()).isFalse();
    assertThat(policies.isSettled()).isTrue();
  }

  @Test
  void an_adapter_that_must_not_block_is_told_when_it_is_known_what_may_come_in() {
    List<String> told = new ArrayList<>();
    policies.awaited(false);

    policies.whenSettled(() -> told.add("held"));
    assertThat(told).isEmpty();
    policies.apply(policies.prepare(STRICT, "weft.local"));
    policies.whenSettled(() -> told.add("at once"));

    assertThat(told).containsExactly("held", "at once");
  }

  @Test
  void a_request_whose_thread_must_not_wait_is_refused_meanwhile() {
    policies.awaited(false);

    assertThat(status(policies.judge(new Hurried()))).isEqualTo(503);
  }

  @Test
  void after_five_seconds_the_setting_decides_and_that_is_said() {
    policies.awaited(true);
    List<String> told = new ArrayList<>();
    policies.whenSettled(() -> told.add("held"));
    assertThat(alarm.seconds).isEqualTo(5);

    alarm.ring();

    assertThat(told).containsExactly("held");
    assertThat(Log.lastProblem()).contains("have not come in 5 s").contains("refused");
    assertThat(status(policies.judge(new TestRequest()))).isEqualTo(503);
    InboundPolicies permissive = new InboundPolicies(alarm);
    permissive.awaited(false);
    permissive.whenSettled(() -> told.add("the other's"));
    alarm.ring();
    assertThat(Log.lastProblem()).contains("let in");
    assertThat(permissive.judge(new TestRequest()).denial()).isNull();
  }

  @Test
  void where_nobody_will_bring_policies_nothing_waits() {
    policies.awaited(false);

    policies.notAwaited();

    assertThat(policies.judge(new TestRequest()).denial()).isNull();
    assertThat(policies.admitsPlaintext(80, "")).isTrue();
  }

  @Test
  void first_policies_that_cannot_be_enforced_let_nothing_in_and_later_ones_change_nothing() {
    Inbound unknown = STRICT.toBuilder().addNeeds("later").build();
    assertThatThrownBy(() -> policies.prepare(unknown, "weft.local"))
        .isInstanceOf(IllegalArgumentException.class);
    policies.refuseAll();
    assertThat(status(policies.judge(new TestRequest()))).isEqualTo(503);

    Inbound open = Inbound.getDefaultInstance();
    policies.apply(policies.prepare(open, "weft.local"));
    policies.refuseAll();

    assertThat(policies.judge(new TestRequest()).denial()).isNull();
  }

  @Test
  void a_fault_in_judging_denies_each_time_and_never_stands_aside() {
    Inbound inbound =
        Inbound.newBuilder()
            .addAuthorizations(
                Authorization.newBuilder()
                    .addRules(AuthorizationRule.newBuilder().addMethods("GET")))
            .build();
    policies.apply(policies.prepare(inbound, "weft.local"));

    for (int i = 0; i < 100; i++) {
      assertThat(status(policies.judge(new Faulty()))).isEqualTo(403);
    }

    assertThat(Log.lastProblem()).contains("a denial stands").contains("at fault");
  }

  private static int status(Judgement judgement) {
    MeshAnswer denial = Objects.requireNonNull(judgement.denial());
    return denial.status();
  }

  private static final class Hurried extends TestRequest {
    @Override
    public boolean mayWait() {
      return false;
    }
  }

  private static final class Faulty extends TestRequest {
    @Override
    public String method() {
      throw new IllegalStateException("the adapter is at fault");
    }
  }

  /** Rings when it is told to. */
  private static final class OneAlarm implements Alarms {
    private final CompletableFuture<Void> armed = new CompletableFuture<>();
    private volatile Runnable set = () -> {};
    private volatile long seconds;

    @Override
    public long nanoTime() {
      return 0;
    }

    @Override
    public Alarm at(long nanoTime, Runnable ring) {
      seconds = TimeUnit.NANOSECONDS.toSeconds(nanoTime);
      set = ring;
      armed.complete(null);
      return () -> {};
    }

    void awaitArmed() {
      armed.join();
    }

    void ring() {
      set.run();
    }
  }
}
