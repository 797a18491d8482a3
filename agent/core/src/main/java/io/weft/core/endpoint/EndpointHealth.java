package io.weft.core.endpoint;

import org.jspecify.annotations.Nullable;

/** What those who watch an endpoint think of it. Thread-safe; asking allocates nothing. */
public interface EndpointHealth {
  /** Of an endpoint that nobody watches. */
  EndpointHealth UNWATCHED =
      new EndpointHealth() {
        @Override
        public boolean passedOver(long now) {
          return false;
        }

        @Override
        public boolean wouldBePassedOver(long now) {
          return false;
        }

        @Override
        public String says(long now) {
          return "";
        }

        @Override
        public @Nullable String told(Outcome outcome, long now) {
          return null;
        }
      };

  /** Whether calls go to others as long as there are any. */
  boolean passedOver(long now);

  /** Whether they would, if the policy were not in shadow mode. */
  boolean wouldBePassedOver(long now);

  /** Whether checks beside all calls find it unhealthy, in shadow mode too. */
  default boolean failsChecks() {
    return false;
  }

  /** Why they do or would, or why they do not although there is reason, in words; else empty. */
  String says(long now);

  /**
   * What came of an attempt there.
   *
   * @return which endpoints are passed over from now on because of it, and why; null for none
   */
  @Nullable String told(Outcome outcome, long now);
}
