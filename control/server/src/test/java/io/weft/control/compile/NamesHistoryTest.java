package io.weft.control.compile;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.api.v1.Egress;
import io.weft.api.v1.Names;
import io.weft.api.v1.NamesDelta;
import io.weft.api.v1.Resource;
import io.weft.api.v1.ResourceType;
import io.weft.api.v1.ResourceVersion;
import io.weft.api.v1.ServiceName;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class NamesHistoryTest {
  private final NamesHistory history = new NamesHistory();
  private final Resource before = names(1_000, all -> {});

  @Test
  void one_more_service_among_a_thousand_is_sent_alone() {
    Resource now = names(1_000, all -> all.add(name("more")));

    Resource sent = from(before, now);

    assertThat(sent.getVersion()).isEqualTo(now.getVersion());
    assertThat(sent.getNamesDelta())
        .isEqualTo(
            NamesDelta.newBuilder()
                .setBaseHash(before.getVersion().getHash())
                .addUpserted(name("more"))
                .build());
  }

  @Test
  void services_that_are_gone_or_others_than_they_were_are_told() {
    ServiceName other = name("s7").toBuilder().addHosts("seven.example").build();
    Resource now =
        names(
            1_000,
            all -> {
              all.remove(3);
              all.set(6, other);
            });

    NamesDelta delta = from(before, now).getNamesDelta();

    assertThat(delta.getRemovedList()).containsExactly("default/s3");
    assertThat(delta.getUpsertedList()).containsExactly(other);
  }

  @Test
  void what_of_egress_holds_comes_with_each_delta() {
    Egress deny = Egress.newBuilder().setDeny(true).build();
    Resource now = of(before.getNames().toBuilder().setEgress(deny).build());

    assertThat(from(before, now).getNamesDelta().getEgress()).isEqualTo(deny);
    assertThat(from(now, before).getNamesDelta().hasEgress()).isFalse();
  }

  @Test
  void who_holds_what_is_not_remembered_is_sent_all() {
    assertThat(history.since(null, before)).isSameAs(before);
    assertThat(history.since("unknown", before)).isSameAs(before);

    Resource now = before;
    for (int i = 0; i < 300; i++) {
      now = names(1_001 + i, all -> {});
      history.since(null, now);
    }

    assertThat(history.since(before.getVersion().getHash(), now)).isSameAs(now);
  }

  private Resource from(Resource held, Resource now) {
    history.since(null, held);
    return history.since(held.getVersion().getHash(), now);
  }

  private static Resource names(int services, Consumer<List<ServiceName>> change) {
    List<ServiceName> all = new ArrayList<>();
    for (int i = 0; i < services; i++) {
      all.add(name("s" + i));
    }
    change.accept(all);
    return of(Names.newBuilder().addAllServices(all).build());
  }

  private static Resource of(Names names) {
    return Resource.newBuilder()
        .setVersion(
            ResourceVersion.newBuilder().setType(ResourceType.NAMES).setHash(Hashes.of(names)))
        .setNames(names)
        .build();
  }

  private static ServiceName name(String service) {
    return ServiceName.newBuilder().setNamespace("default").setName(service).build();
  }
}
