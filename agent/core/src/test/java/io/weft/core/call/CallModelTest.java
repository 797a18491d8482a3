package io.weft.core.call;

import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/**
 * Calls of one service, several at a time, with policies, libraries, servers and applications that
 * do anything at all, two hundred calls to each of five hundred services. A seed that breaks a law
 * is printed, and tried first by the next run.
 */
class CallModelTest {

  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
  void whateverHappensEachCallAndEachAttemptIsAccountedFor(@ForAll long seed) {
    new ModelShop(seed).live(200);
  }
}
