package io.weft.core.outlier;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.core.endpoint.Endpoint;
import io.weft.core.endpoint.EndpointHealth;
import io.weft.core.endpoint.EndpointLoad;
import io.weft.core.endpoint.EndpointTls;
import io.weft.core.endpoint.Outcome;
import io.weft.core.outlier.OutlierPolicy.SuccessRate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** What holds whatever comes of attempts, whoever comes and goes. */
class OutlierLawsTest {

  @Property(tries = 500)
  void neverAreMorePassedOverThanAllowedNorFewerLeftThanThePanicThreshold(
      @ForAll long seed,
      @ForAll @IntRange(min = 0, max = 100) int mostPercent,
      @ForAll @IntRange(min = 0, max = 100) int panicPercent,
      @ForAll boolean byRate) {
    Random random = new Random(seed);
    OutlierPolicy policy =
        new OutlierPolicy(
            "OutlierDetection/default/a",
            false,
            2,
            0,
            0,
            byRate ? new SuccessRate(1, 2, 3) : null,
            1_000,
            5_000,
            mostPercent);
    Outliers outliers = new Outliers();
    List<Endpoint> endpoints = outliers.watch(some(random), policy, panicPercent);
    long now = Long.MAX_VALUE - 100_000;

    for (int i = 0; i < 500; i++) {
      now += random.nextInt(1_000);
      if (random.nextInt(20) == 0) {
        endpoints = outliers.watch(some(random), policy, panicPercent);
      }
      if (!endpoints.isEmpty()) {
        Endpoint endpoint = endpoints.get(random.nextInt(endpoints.size()));
        endpoint
            .health()
            .told(random.nextInt(3) == 0 ? Outcome.ANSWERED : Outcome.SERVER_ERROR, now);
      }
      long at = now;
      long all = endpoints.size();
      long out = endpoints.stream().filter(each -> each.health().passedOver(at)).count();

      assertThat(out * 100).isLessThanOrEqualTo(mostPercent * all);
      assertThat(out == 0 || (out < all && (all - out) * 100 >= panicPercent * all)).isTrue();
    }
  }

  private static List<Endpoint> some(Random random) {
    List<Endpoint> endpoints = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      if (random.nextInt(4) > 0) {
        endpoints.add(
            new Endpoint(
                "e" + i,
                "e" + i,
                80,
                EndpointTls.NONE,
                "",
                Map.of(),
                "",
                1,
                false,
                new EndpointLoad(),
                EndpointHealth.UNWATCHED));
      }
    }
    return endpoints;
  }
}
