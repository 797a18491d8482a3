package io.weft.control.accept;

import com.google.protobuf.ByteString;
import io.weft.control.accept.Accepted.InForce;
import io.weft.control.document.Document;
import io.weft.control.document.DocumentReader;
import io.weft.control.document.Problem;
import io.weft.control.loop.Loop;
import io.weft.control.store.Commit;
import io.weft.control.store.ConfigStore;
import io.weft.control.store.ConfigStore.Change;
import io.weft.control.store.ConfigStore.Entry;
import io.weft.control.store.Mirror;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes what is written under {@code config/} into force under {@code accepted/}, by compare and
 * set of the head, with history; agents are fed from what is accepted alone.
 *
 * <p>A document that does not read, or that ties with one in force, is not accepted: what was
 * accepted of it before stays, and its problem is told. Any number of replicas may do this at once.
 * Confined to the loop but for {@link #apply}, {@link #delete} and {@link #rollback}, which may be
 * called from anywhere.
 */
public final class Acceptance {
  private static final Logger LOG = LoggerFactory.getLogger(Acceptance.class);

  private static final String CONFIG = "config/";
  private static final String ACCEPTED = "accepted/";
  private static final String HEAD = "accepted/head";
  private static final int MOST_DOCUMENTS = (Commit.MOST_WRITES - 2) / 2;
  private static final int MOST_TRIES = 20;

  /** Of one commit the two mirrors hear one after the other: how long at most. */
  private static final Duration BOTH_HEARD = Duration.ofMillis(20);

  private static final Duration AGAIN = Duration.ofMillis(300);

  /** How many generations there are between two looks at what history need not keep. */
  private static final int TIDIED_EVERY = 10;

  private record Written(Entry entry, Optional<Document> document, List<Problem> problems) {}

  private final ConfigStore store;
  private final Loop loop;
  private final Clock clock;
  private final Consumer<Accepted> listener;
  private final History past;
  private final DocumentReader reader = new DocumentReader();
  private final Mirror config;
  private final Mirror accepted;
  private final Map<String, Written> written = new TreeMap<>();
  private final Map<Document.Key, InForce> inForce = new TreeMap<>();
  private final Map<String, List<Problem>> problems = new TreeMap<>();
  private Head head = Head.NONE;
  private long newestEpoch;
  private String history = "";
  private boolean busy;
  private boolean reconciling;

  /**
   * @param listener told of what is in force, at first and at each change
   */
  public Acceptance(ConfigStore store, Loop loop, Clock clock, Consumer<Accepted> listener) {
    this.store = store;
    this.loop = loop;
    this.clock = clock;
    this.listener = listener;
    this.past = new History(store);
    this.config = new Mirror(store, CONFIG, loop, this::configChanged);
    this.accepted = new Mirror(store, ACCEPTED, loop, this::acceptedChanged);
  }

  /** Begins; the listener is told once the store has answered. */
  public void start() {
    accepted.start();
    config.start();
  }

  /** Lists anew, after the store has gone back or come back. */
  public void relist(String storeHistory) {
    history = storeHistory;
    accepted.start();
    config.start();
    reconcileAfter(AGAIN);
  }

  /** Which store this is, by its history. */
  public void history(String storeHistory) {
    history = storeHistory;
  }

  public void close() {
    config.close();
    accepted.close();
  }

  /** What is in force. */
  public Accepted inForce() {
    return new Accepted(head.epoch(), head.generation(), inForce);
  }

  /** Mistakes in what was written straight into the store, by key. */
  public Map<String, List<Problem>> problems() {
    return problems;
  }

  private void configChanged(List<Change> changes) {
    for (Change change : changes) {
      Entry now = change.now();
      if (now == null) {
        written.remove(change.key());
      } else {
        written.put(change.key(), read(now));
      }
    }
    reconcileAfter(BOTH_HEARD);
  }

  private Written read(Entry entry) {
    String path = entry.key().substring(CONFIG.length());
    DocumentReader.Read read = reader.read(entry.key(), entry.value().toByteArray());
    List<Problem> wrong = new ArrayList<>(read.problems());
    Optional<Document> document = read.documents().stream().findFirst();
    if (wrong.isEmpty() && read.documents().size() != 1) {
      wrong.add(new Problem(entry.key(), 0, "", "must hold one document"));
    } else if (wrong.isEmpty() && !document.orElseThrow().key().toString().equals(path)) {
      wrong.add(
          new Problem(
              entry.key(),
              document.orElseThrow().line(),
              "metadata",
              "is " + document.orElseThrow().key() + ", which does not belong under this key"));
    }
    return new Written(entry, wrong.isEmpty() ? document : Optional.empty(), List.copyOf(wrong));
  }

  private void acceptedChanged(List<Change> changes) {
    for (Change change : changes) {
      Entry now = change.now();
      if (change.key().equals(HEAD)) {
        head = now == null ? Head.NONE : Stored.read(now.value(), Head.class).orElse(Head.NONE);
        continue;
      }
      Together.parse(change.key().substring(ACCEPTED.length()))
          .ifPresent(
              key -> {
                if (now == null) {
                  inForce.remove(key);
                } else {
                  force(key, now);
                }
              });
    }
    newestEpoch = Math.max(newestEpoch, head.epoch());
    listener.accept(inForce());
    reconcileAfter(BOTH_HEARD);
  }

  private void force(Document.Key key, Entry entry) {
    Optional<Stored.Text> text = Stored.read(entry.value(), Stored.Text.class);
    Optional<Document> document =
        text.flatMap(
            t ->
                reader
                    .read(entry.key(), t.text().getBytes(StandardCharsets.UTF_8))
                    .documents()
                    .stream()
                    .findFirst());
    if (document.isPresent()) {
      inForce.put(key, new InForce(document.get(), text.orElseThrow().generation()));
    } else {
      LOG.warn("{} in {} does not read; what was in force before stays", key, store.describe());
    }
  }

  // What has been heard of by one mirror alone looks like something to write, and is not.
  private void reconcileAfter(Duration pause) {
    if (!reconciling) {
      reconciling = true;
      loop.after(
          pause,
          () -> {
            reconciling = false;
            reconcile();
          });
    }
  }

  private void reconcile() {
    if (busy || !config.isListed() || !accepted.isListed()) {
      return;
    }
    problems.clear();
    List<Edit> edits = edits();
    boolean restored =
        !head.history().isEmpty() && !history.isEmpty() && !head.history().equals(history);
    boolean behind = head.epoch() < newestEpoch;
    if (edits.isEmpty() && !restored && !behind && head.epoch() > 0) {
      return;
    }
    Head next =
        restored || behind || head.epoch() == 0
            ? new Head(Math.max(newestEpoch, head.epoch()) + 1, head.generation() + 1, history)
            : new Head(head.epoch(), head.generation() + 1, history);
    if (restored || behind) {
      LOG.warn("{} went back to older data: this is epoch {}", store.describe(), next.epoch());
    }
    busy = true;
    var unused =
        store
            .commit(commit(next, new Asked(Author.STORE, null, false), edits, false))
            .whenCompleteAsync(
                (result, fault) -> {
                  busy = false;
                  if (fault != null || !result.done()) {
                    reconcileAfter(AGAIN);
                  } else {
                    tidy(next);
                  }
                },
                loop);
  }

  // What cannot be done now is done ten generations later.
  private void tidy(Head made) {
    if (made.generation() % TIDIED_EVERY == 0) {
      var unused = past.forgetOldest();
    }
  }

  /**
   * How a change is asked for.
   *
   * @param backTo the generation that it goes back to; null for none
   */
  private record Asked(Author author, @Nullable Long backTo, boolean dryRun) {}

  /** A document to take into force, or to take out of it. */
  record Edit(Document.Key key, Optional<String> before, Optional<String> after) {}

  private List<Edit> edits() {
    Map<Document.Key, Document> target = new LinkedHashMap<>();
    List<Written> fresh = new ArrayList<>();
    for (Written each : written.values()) {
      String path = each.entry().key().substring(CONFIG.length());
      Optional<Document.Key> key = Together.parse(path);
      if (!each.problems().isEmpty()) {
        problems.put(path, each.problems());
        key.map(inForce::get).ifPresent(last -> target.put(key.orElseThrow(), last.document()));
      } else {
        Document document = each.document().orElseThrow();
        InForce last = inForce.get(document.key());
        if (last != null && last.document().text().equals(document.text())) {
          target.put(document.key(), last.document());
        } else {
          if (last != null) {
            target.put(document.key(), last.document());
          }
          fresh.add(each);
        }
      }
    }
    // Of two that tie, the one written first.
    fresh.sort(Comparator.comparingLong(each -> each.entry().modified()));
    for (Written each : fresh) {
      Document document = each.document().orElseThrow();
      Optional<Problem> conflict = Together.conflict(document, target.values());
      if (conflict.isPresent()) {
        problems.put(document.key().toString(), List.of(conflict.get()));
      } else {
        target.put(document.key(), document);
      }
    }
    return differing(target);
  }

  private List<Edit> differing(Map<Document.Key, Document> target) {
    List<Edit> edits = new ArrayList<>();
    inForce.forEach(
        (key, last) -> {
          if (!target.containsKey(key)) {
            edits.add(new Edit(key, Optional.of(last.document().text()), Optional.empty()));
          }
        });
    target.forEach(
        (key, document) -> {
          Optional<String> before = textInForce(key);
          if (!before.equals(Optional.of(document.text()))) {
            edits.add(new Edit(key, before, Optional.of(document.text())));
          }
        });
    // More than one transaction takes: the next generation goes on with the rest.
    return edits.size() > MOST_DOCUMENTS ? edits.subList(0, MOST_DOCUMENTS) : edits;
  }

  private Optional<String> textInForce(Document.Key key) {
    return Optional.ofNullable(inForce.get(key)).map(last -> last.document().text());
  }

  private Commit commit(Head next, Asked asked, List<Edit> edits, boolean alsoConfig) {
    Commit commit = new Commit().unchanged(HEAD, headSeen());
    List<History.Edit> steps = new ArrayList<>();
    for (Edit edit : edits) {
      String path = edit.key().toString();
      if (edit.after().isPresent()) {
        String text = edit.after().get();
        commit.put(ACCEPTED + path, Stored.write(new Stored.Text(next.generation(), text)));
        if (alsoConfig) {
          commit.put(CONFIG + path, ByteString.copyFromUtf8(text));
        }
      } else {
        commit.delete(ACCEPTED + path);
        if (alsoConfig) {
          commit.delete(CONFIG + path);
        }
      }
      if (!alsoConfig) {
        // The two mirrors hear of one commit one after the other: this must be what stands there.
        Entry text = config.entries().get(CONFIG + path);
        commit.unchanged(CONFIG + path, text == null ? 0 : text.modified());
      }
      steps.add(new History.Edit(path, edit.before().orElse(null), edit.after().orElse(null)));
    }
    commit.put(HEAD, Stored.write(next));
    if (!steps.isEmpty()) {
      commit.put(
          History.key(next.epoch(), next.generation()),
          Stored.write(
              new History.Step(
                  next.epoch(),
                  next.generation(),
                  clock.instant().toString(),
                  asked.author().name(),
                  asked.author().token(),
                  asked.author().role(),
                  asked.backTo(),
                  steps)));
    }
    return commit;
  }

  /** What became of an apply or a delete. */
  public record Outcome(List<Done> done, List<Problem> problems, long epoch, long generation) {
    static Outcome refused(List<Problem> problems) {
      return new Outcome(List.of(), problems, 0, 0);
    }
  }

  /**
   * What was done with one document.
   *
   * @param action created, changed, unchanged or deleted
   * @param before its text in force; empty if there was none
   * @param after its text from now on; empty if there is none any more
   */
  public record Done(
      Document.Key key, String action, Optional<String> before, Optional<String> after) {}

  /**
   * Takes documents into force, all or none.
   *
   * @param dryRun says what would happen and does nothing
   */
  public CompletableFuture<Outcome> apply(
      Collection<Document> documents, Author author, boolean dryRun) {
    return loop.askAsync(() -> applyOnLoop(documents, new Asked(author, null, dryRun), 1));
  }

  private CompletableFuture<Outcome> applyOnLoop(
      Collection<Document> documents, Asked asked, int attempt) {
    if (!accepted.isListed() || !config.isListed()) {
      return later(
              attempt, () -> applyOnLoop(documents, asked, attempt + 1).thenApply(Optional::of))
          .thenApply(Optional::orElseThrow);
    }
    Map<Document.Key, Document> target = new LinkedHashMap<>();
    inForce.forEach((key, last) -> target.put(key, last.document()));
    documents.forEach(document -> target.remove(document.key()));
    List<Problem> conflicts = new ArrayList<>();
    List<Done> done = new ArrayList<>();
    List<Edit> edits = new ArrayList<>();
    for (Document document : documents) {
      Together.conflict(document, target.values()).ifPresent(conflicts::add);
      target.put(document.key(), document);
      Optional<String> before = textInForce(document.key());
      boolean same =
          before.equals(Optional.of(document.text()))
              && Optional.ofNullable(written.get(CONFIG + document.key()))
                  .flatMap(Written::document)
                  .map(Document::text)
                  .equals(before);
      done.add(
          new Done(
              document.key(),
              before.isEmpty() ? "created" : same ? "unchanged" : "changed",
              before,
              Optional.of(document.text())));
      if (!same) {
        edits.add(new Edit(document.key(), before, Optional.of(document.text())));
      }
    }
    Supplier<CompletableFuture<Optional<Outcome>>> again =
        () -> applyOnLoop(documents, asked, attempt + 1).thenApply(Optional::of);
    return (conflicts.isEmpty()
            ? carryOut(edits, done, asked, again, attempt)
            : refuse(conflicts, again, attempt))
        .thenApply(Optional::orElseThrow);
  }

  /** Takes a document out of force; empty if there is none, neither written nor in force. */
  public CompletableFuture<Optional<Outcome>> delete(Document.Key key, Author author) {
    return loop.askAsync(() -> deleteOnLoop(key, author, 1));
  }

  private CompletableFuture<Optional<Outcome>> deleteOnLoop(
      Document.Key key, Author author, int attempt) {
    Supplier<CompletableFuture<Optional<Outcome>>> again =
        () -> deleteOnLoop(key, author, attempt + 1);
    if (!inForce.containsKey(key) && !written.containsKey(CONFIG + key)) {
      return answer(new Commit().unchanged(HEAD, headSeen()), Optional.empty(), again, attempt);
    }
    return carryOut(
        List.of(new Edit(key, textInForce(key), Optional.empty())),
        List.of(new Done(key, "deleted", textInForce(key), Optional.empty())),
        new Asked(author, null, false),
        again,
        attempt);
  }

  /**
   * Puts documents back as they were in force at an earlier generation, which makes a new one.
   *
   * @param namespace whose documents; empty for those of all
   * @param dryRun says what would happen and does nothing
   */
  public CompletableFuture<Outcome> rollback(
      long generation, String namespace, Author author, boolean dryRun) {
    return loop.askAsync(
            () -> rollbackOnLoop(generation, namespace, new Asked(author, generation, dryRun), 1))
        .thenApply(Optional::orElseThrow);
  }

  private CompletableFuture<Optional<Outcome>> rollbackOnLoop(
      long generation, String namespace, Asked asked, int attempt) {
    Supplier<CompletableFuture<Optional<Outcome>>> again =
        () -> rollbackOnLoop(generation, namespace, asked, attempt + 1);
    if (!accepted.isListed() || !config.isListed()) {
      return later(attempt, again);
    }
    long seen = headSeen();
    return past.newest(History.KEPT)
        .thenComposeAsync(
            steps ->
                seen == headSeen() && !isAhead(steps)
                    ? rollback(generation, namespace, steps, asked, again, attempt)
                    : later(attempt, again),
            loop);
  }

  // History was read a moment after what is in force was heard of.
  private boolean isAhead(List<History.Step> steps) {
    return !steps.isEmpty()
        && (steps.get(0).epoch() > head.epoch()
            || (steps.get(0).epoch() == head.epoch()
                && steps.get(0).generation() > head.generation()));
  }

  private CompletableFuture<Optional<Outcome>> rollback(
      long generation,
      String namespace,
      List<History.Step> steps,
      Asked asked,
      Supplier<CompletableFuture<Optional<Outcome>>> again,
      int attempt) {
    Map<String, String> now = new TreeMap<>();
    inForce.forEach((key, each) -> now.put(key.toString(), each.document().text()));
    Past then = Past.at(generation, head.generation(), now, steps);
    if (!then.unknown().isEmpty()) {
      return refuse(List.of(new Problem("", 0, "", then.unknown())), again, attempt);
    }
    Rollback back = Rollback.to(then, " of generation " + generation, namespace, inForce, reader);
    return back.problems().isEmpty()
        ? carryOut(back.edits(), back.done(), asked, again, attempt)
        : refuse(back.problems(), again, attempt);
  }

  private CompletableFuture<Optional<Outcome>> carryOut(
      List<Edit> edits,
      List<Done> done,
      Asked asked,
      Supplier<CompletableFuture<Optional<Outcome>>> again,
      int attempt) {
    if (edits.size() > MOST_DOCUMENTS) {
      return CompletableFuture.completedFuture(
          refused(
              edits.size()
                  + " documents change; at most "
                  + MOST_DOCUMENTS
                  + " are taken at once"));
    }
    if (edits.isEmpty() || asked.dryRun()) {
      return answer(
          new Commit().unchanged(HEAD, headSeen()),
          Optional.of(new Outcome(done, List.of(), head.epoch(), head.generation())),
          again,
          attempt);
    }
    Head next = new Head(Math.max(1, head.epoch()), head.generation() + 1, history);
    return answer(
            commit(next, asked, edits, true),
            Optional.of(new Outcome(done, List.of(), next.epoch(), next.generation())),
            again,
            attempt)
        .whenComplete((made, fault) -> tidy(next));
  }

  // What stands against it may be gone by now.
  private CompletableFuture<Optional<Outcome>> refuse(
      List<Problem> problems, Supplier<CompletableFuture<Optional<Outcome>>> again, int attempt) {
    return answer(
        new Commit().unchanged(HEAD, headSeen()),
        Optional.of(Outcome.refused(problems)),
        again,
        attempt);
  }

  // What was decided on holds only if the store has nothing newer than what was seen here.
  private CompletableFuture<Optional<Outcome>> answer(
      Commit commit,
      Optional<Outcome> outcome,
      Supplier<CompletableFuture<Optional<Outcome>>> again,
      int attempt) {
    return store
        .commit(commit)
        .thenComposeAsync(
            result ->
                result.done() ? CompletableFuture.completedFuture(outcome) : later(attempt, again),
            loop);
  }

  // Another replica was quicker, or the store has not been read yet.
  private CompletableFuture<Optional<Outcome>> later(
      int attempt, Supplier<CompletableFuture<Optional<Outcome>>> again) {
    if (attempt >= MOST_TRIES) {
      return CompletableFuture.completedFuture(
          refused(store.describe() + " changes too fast or is away; try again"));
    }
    CompletableFuture<Optional<Outcome>> outcome = new CompletableFuture<>();
    loop.after(
        Duration.ofMillis(50L + 10L * attempt),
        () -> {
          var unused =
              again
                  .get()
                  .whenComplete(
                      (done, fault) -> {
                        if (fault == null) {
                          outcome.complete(done);
                        } else {
                          outcome.completeExceptionally(fault);
                        }
                      });
        });
    return outcome;
  }

  private static Optional<Outcome> refused(String why) {
    return Optional.of(Outcome.refused(List.of(new Problem("", 0, "", why))));
  }

  private long headSeen() {
    Entry seen = accepted.entries().get(HEAD);
    return seen == null ? 0 : seen.modified();
  }
}
