package io.weft.core.call;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.core.endpoint.EndpointLoad;
import org.junit.jupiter.api.Test;

class PermitTest {

  private final EndpointLoad load = new EndpointLoad();

  @Test
  void aPlaceIsGivenBackOnce() {
    load.begin();
    load.begin();
    Permit permit = new Permit(load, null, null);

    permit.run();
    permit.run();

    assertThat(load.inFlight()).isEqualTo(1);
  }

  @Test
  void aPlaceIsGivenBackWhenTheCallEndsBeforeItsDriverIsDropped() {
    load.begin();
    Object driver = new Object();
    Permit permit = new Permit(load, null, null);
    var net = permit.heldBy(driver);

    permit.run();
    net.clean();

    assertThat(load.inFlight()).isZero();
  }
}
