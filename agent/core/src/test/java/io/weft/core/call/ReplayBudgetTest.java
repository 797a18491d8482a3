package io.weft.core.call;

import static io.weft.core.call.ReplayBudget.CALL_BYTES;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ReplayBudgetTest {

  @Test
  void aCallMayKeepSoMuchAndNoMore() {
    ReplayBudget.Share share = new ReplayBudget(10L * CALL_BYTES).share();

    assertThat(share.take(CALL_BYTES - 1)).isTrue();
    assertThat(share.take(1)).isTrue();
    assertThat(share.take(1)).isFalse();
  }

  @Test
  void allCallsTogetherMayKeepSoMuchAndNoMore() {
    ReplayBudget budget = new ReplayBudget(CALL_BYTES);
    ReplayBudget.Share first = budget.share();
    ReplayBudget.Share second = budget.share();

    assertThat(first.take(CALL_BYTES)).isTrue();
    assertThat(second.take(1)).isFalse();
    first.release();
    first.release();

    assertThat(second.take(CALL_BYTES)).isTrue();
    assertThat(budget.share().take(1)).isFalse();
  }

  @Test
  void nothingCanBeTakenAfterARelease() {
    ReplayBudget.Share share = new ReplayBudget(CALL_BYTES).share();
    share.release();

    assertThat(share.take(1)).isFalse();
  }
}
