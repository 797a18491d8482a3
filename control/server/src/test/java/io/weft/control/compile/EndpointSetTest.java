package io.weft.control.compile;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.api.v1.Endpoint;
import io.weft.api.v1.InstanceState;
import io.weft.api.v1.Resource;
import org.junit.jupiter.api.Test;

class EndpointSetTest {
  private final EndpointSet set = new EndpointSet(new ServiceId("default", "stock"));

  @Test
  void what_changes_between_two_questions_is_one_step() {
    for (int i = 0; i < 20; i++) {
      set.put(endpoint("s" + i, 1));
    }
    String held = set.whole().getVersion().getHash();

    set.put(endpoint("s3", 2));
    set.put(endpoint("s3", 3));
    set.remove("s4");
    Resource delta = set.since(held);

    assertThat(delta.getVersion()).isEqualTo(set.whole().getVersion());
    assertThat(delta.getEndpointsDelta().getBaseHash()).isEqualTo(held);
    assertThat(delta.getEndpointsDelta().getUpsertedList()).containsExactly(endpoint("s3", 3));
    assertThat(delta.getEndpointsDelta().getRemovedUidsList()).containsExactly("s4");
  }

  @Test
  void who_is_slow_to_take_a_large_service_that_is_replaced_is_still_sent_what_has_changed() {
    for (int i = 0; i < 1_000; i++) {
      set.put(endpoint("s" + i, 1));
    }
    String held = set.whole().getVersion().getHash();

    for (int i = 0; i < 100; i++) {
      set.put(endpoint("s" + i, 2));
      var unusedVersion = set.whole();
    }

    assertThat(set.since(held).getEndpointsDelta().getUpsertedCount()).isEqualTo(100);
  }

  @Test
  void what_is_as_it_was_when_somebody_asks_is_no_change() {
    set.put(endpoint("s1", 1));
    Resource before = set.whole();

    assertThat(set.put(endpoint("s1", 1))).isFalse();
    set.put(endpoint("s1", 2));
    set.put(endpoint("s1", 1));

    assertThat(set.whole()).isSameAs(before);
  }

  @Test
  void two_that_came_to_the_same_by_other_ways_are_of_one_version() {
    EndpointSet other = new EndpointSet(new ServiceId("default", "stock"));
    set.put(endpoint("s1", 1));
    set.put(endpoint("s2", 1));
    other.put(endpoint("s2", 5));
    other.put(endpoint("s1", 1));
    other.put(endpoint("s2", 1));

    assertThat(set.whole()).isEqualTo(other.whole());
  }

  @Test
  void those_that_are_ready_are_counted() {
    set.put(endpoint("s1", 1));
    set.put(endpoint("s2", 1));
    set.put(endpoint("s2", 1).toBuilder().setState(InstanceState.DRAINING).build());
    set.put(endpoint("s3", 1));
    set.remove("s3");
    set.remove("unknown");

    assertThat(set.ready()).isEqualTo(1);
  }

  private static Endpoint endpoint(String uid, int weight) {
    return Endpoint.newBuilder()
        .setUid(uid)
        .setAddress("10.0.0.1")
        .setWeight(weight)
        .setState(InstanceState.READY)
        .build();
  }
}
