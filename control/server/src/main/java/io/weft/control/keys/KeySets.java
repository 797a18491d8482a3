package io.weft.control.keys;

import io.weft.api.v1.Inbound;
import io.weft.api.v1.JwtAuthentication;
import io.weft.api.v1.Resource;
import io.weft.control.accept.Accepted;
import io.weft.control.accept.Accepted.InForce;
import io.weft.control.compile.Hashes;
import io.weft.control.document.Document;
import io.weft.control.document.Kind;
import io.weft.control.document.Problem;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The JWK sets that documents name by {@code jwksUri}: fetched once for all agents, again as they
 * age, and at once when a token names a key that is not among them. A fetch that fails changes
 * nothing but what status says. Confined to one thread.
 */
public final class KeySets {
  private static final Logger LOG = LoggerFactory.getLogger(KeySets.class);

  /** How old a set becomes where its issuer says nothing. */
  static final Duration FRESH = Duration.ofMinutes(5);

  /** What issuers say is followed within these bounds. */
  static final Duration FRESH_AT_LEAST = Duration.ofSeconds(10);

  static final Duration FRESH_AT_MOST = Duration.ofHours(1);

  /** However many tokens name unknown keys, a set is asked for no oftener. */
  static final Duration BETWEEN = Duration.ofSeconds(10);

  /** After a failure; doubled with each further one. */
  static final Duration RETRY = Duration.ofSeconds(1);

  static final Duration RETRY_AT_MOST = Duration.ofMinutes(1);

  private static final Duration FETCH_AT_MOST = Duration.ofSeconds(5);

  private final KeySetSource source;
  private final Executor loop;
  private final Clock clock;
  private final Runnable changed;
  private final Map<String, KeySet> sets = new TreeMap<>();
  private final Map<String, Resource> joined = new HashMap<>();

  private static final class KeySet {
    List<Document> documents = List.of();
    String json = "";
    Instant fetchedAt = Instant.EPOCH;
    Instant askedAt = Instant.EPOCH;
    Instant due = Instant.EPOCH;
    boolean wanted;
    boolean asking;
    int failures;
    String problem = "";
  }

  /**
   * @param loop the thread that all of this is confined to
   * @param changed run when a set has become another
   */
  public KeySets(Executor loop, Clock clock, Runnable changed) {
    this(new HttpKeySets(FETCH_AT_MOST), loop, clock, changed);
  }

  KeySets(KeySetSource source, Executor loop, Clock clock, Runnable changed) {
    this.source = source;
    this.loop = loop;
    this.clock = clock;
    this.changed = changed;
  }

  /** Documents in force have changed; sets that none names any more are forgotten. */
  public void accepted(Accepted accepted) {
    Map<String, List<Document>> named = new TreeMap<>();
    for (InForce each : accepted.documents().values()) {
      Document document = each.document();
      if (document.key().kind() == Kind.JWT_AUTHENTICATION && document.conf().has("jwksUri")) {
        named
            .computeIfAbsent(document.conf().text("jwksUri"), uri -> new ArrayList<>())
            .add(document);
      }
    }
    sets.keySet().retainAll(named.keySet());
    named.forEach(
        (uri, documents) -> sets.computeIfAbsent(uri, u -> new KeySet()).documents = documents);
    joined.clear();
    advance();
  }

  /** Tokens name keys that are not in these sets, as agents say. */
  public void unknownKeys(Collection<String> uris) {
    for (String uri : uris) {
      KeySet set = sets.get(uri);
      if (set != null) {
        set.wanted = true;
      }
    }
    advance();
  }

  /** Asks for what is due. Cheap: to be called often. */
  public void advance() {
    Instant now = clock.instant();
    List.copyOf(sets.entrySet())
        .forEach(
            entry -> {
              KeySet set = entry.getValue();
              boolean wanted = set.wanted && !now.isBefore(set.askedAt.plus(BETWEEN));
              if (!set.asking && (wanted || !now.isBefore(set.due))) {
                ask(entry.getKey(), set, now);
              }
            });
  }

  @SuppressWarnings("FutureReturnValueIgnored") // how it ends is dealt with at its end
  private void ask(String uri, KeySet set, Instant now) {
    set.asking = true;
    set.wanted = false;
    set.askedAt = now;
    source.fetch(uri).whenCompleteAsync((fetched, fault) -> asked(uri, set, fetched, fault), loop);
  }

  private void asked(
      String uri, KeySet set, KeySetSource.@Nullable Fetched fetched, @Nullable Throwable fault) {
    set.asking = false;
    Instant now = clock.instant();
    if (fetched == null) {
      set.due = now.plus(pause(set.failures++));
      failed(uri, set, fault);
      return;
    }
    set.failures = 0;
    set.fetchedAt = now;
    set.due = now.plus(bounded(fetched.fresh().orElse(FRESH)));
    if (!set.problem.isEmpty()) {
      set.problem = "";
      LOG.info("{} can be fetched again", uri);
    }
    if (!fetched.json().equals(set.json)) {
      set.json = fetched.json();
      joined.clear();
      changed.run();
    }
  }

  private static void failed(String uri, KeySet set, @Nullable Throwable fault) {
    Throwable cause =
        fault instanceof CompletionException && fault.getCause() != null ? fault.getCause() : fault;
    String problem =
        "cannot be fetched: "
            + (cause == null ? "" : cause.getMessage())
            + (set.json.isEmpty()
                ? "; tokens of its issuer are refused"
                : "; the keys fetched at "
                    + set.fetchedAt.truncatedTo(ChronoUnit.SECONDS)
                    + " stay in use");
    // Once for each thing that is wrong, however often it is tried.
    if (!problem.equals(set.problem)) {
      set.problem = problem;
      LOG.warn("{} {}", uri, problem);
    }
  }

  private static Duration pause(int failures) {
    Duration pause = RETRY.multipliedBy(1L << Math.min(failures, 10));
    return pause.compareTo(RETRY_AT_MOST) > 0 ? RETRY_AT_MOST : pause;
  }

  private static Duration bounded(Duration fresh) {
    if (fresh.compareTo(FRESH_AT_LEAST) < 0) {
      return FRESH_AT_LEAST;
    }
    return fresh.compareTo(FRESH_AT_MOST) > 0 ? FRESH_AT_MOST : fresh;
  }

  /**
   * A compiled Inbound with the keys of now. Kept until they change, as the agents of a service are
   * all sent the same.
   */
  public Resource join(Resource inbound) {
    boolean none =
        inbound.getInbound().getJwtAuthenticationsList().stream()
            .allMatch(each -> each.getJwksUri().isEmpty());
    return none
        ? inbound
        : joined.computeIfAbsent(inbound.getVersion().getHash(), hash -> withKeys(inbound));
  }

  private Resource withKeys(Resource inbound) {
    Inbound.Builder body = inbound.getInbound().toBuilder();
    for (JwtAuthentication.Builder each : body.getJwtAuthenticationsBuilderList()) {
      KeySet set = sets.get(each.getJwksUri());
      if (set != null) {
        each.setJwks(set.json);
      }
    }
    Inbound built = body.build();
    return inbound.toBuilder()
        .setInbound(built)
        .setVersion(inbound.getVersion().toBuilder().setHash(Hashes.of(built)))
        .build();
  }

  /** What cannot be fetched, told of the documents that name it. */
  public List<Problem> problems() {
    List<Problem> problems = new ArrayList<>();
    sets.forEach(
        (uri, set) -> {
          if (!set.problem.isEmpty()) {
            for (Document each : set.documents) {
              problems.add(
                  new Problem(
                      each.key().toString(), 0, "spec.conf.jwksUri", uri + " " + set.problem));
            }
          }
        });
    return problems;
  }
}
