package io.weft.control.accept;

import io.weft.control.store.Commit;
import io.weft.control.store.ConfigStore;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Who changed what, and when. */
public final class History {
  /** How many generations it goes back. */
  public static final int KEPT = 100;

  private static final String PREFIX = "history/";

  /**
   * One generation.
   *
   * @param token id of the admin token by which it was made; null or empty for none
   * @param role of that token
   * @param backTo the generation whose documents it put back; null if it did no such thing
   */
  public record Step(
      long epoch,
      long generation,
      String time,
      String author,
      @Nullable String token,
      @Nullable String role,
      @Nullable Long backTo,
      List<Edit> changes) {

    /** As far as it concerns the documents of a namespace. */
    public Step in(String namespace) {
      return new Step(
          epoch,
          generation,
          time,
          author,
          token,
          role,
          backTo,
          changes.stream().filter(change -> change.isIn(namespace)).toList());
    }
  }

  /** One document's change; null where it was not there or is not any more. */
  public record Edit(String document, @Nullable String before, @Nullable String after) {
    private boolean isIn(String namespace) {
      return document.split("/", -1)[1].equals(namespace);
    }
  }

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

  /** Forgets what is older than the newest {@link #KEPT}, or as much of it as one commit takes. */
  CompletableFuture<Boolean> forgetOldest() {
    return store
        .list(PREFIX)
        .thenCompose(
            listing -> {
              int surplus = Math.min(listing.entries().size() - KEPT, Commit.MOST_WRITES);
              if (surplus <= 0) {
                return CompletableFuture.completedFuture(false);
              }
              Commit commit = new Commit();
              listing.entries().subList(0, surplus).forEach(entry -> commit.delete(entry.key()));
              return store.commit(commit).thenApply(Commit.Result::done);
            });
  }
}
