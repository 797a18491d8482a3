package io.weft.control.accept;

import io.weft.control.store.ConfigStore;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Who changed what, and when. */
public final class History {
  private static final String PREFIX = "history/";

  /** One generation. */
  public record Step(long epoch, long generation, String time, String author, List<Edit> changes) {}

  /** One document's change; null where it was not there or is not any more. */
  public record Edit(String document, @Nullable String before, @Nullable String after) {}

  private final ConfigStore store;

  public History(ConfigStore store) {
    this.store = store;
  }

  // Of one length, so that the order of keys is that of time.
  static String key(long epoch, long generation) {
    return PREFIX + "%06d-%012d".formatted(epoch, generation);
  }

  /** The newest first. */
  public CompletableFuture<List<Step>> newest(int most) {
    return store
        .list(PREFIX)
        .thenApply(
            listing ->
                listing.entries().stream()
                    .sorted(Comparator.comparing(ConfigStore.Entry::key).reversed())
                    .limit(most)
                    .map(entry -> Stored.read(entry.value(), Step.class))
                    .flatMap(Optional::stream)
                    .toList());
  }
}
