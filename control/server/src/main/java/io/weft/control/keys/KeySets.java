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
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The JWK sets that documents name by {@code jwksUri}: fetched once for all agents, again as they
 * age, and at once when a token names a key that is not among them. A fetch that fails changes
 * nothing but what status says. Confined to one thread.
 */
public final class KeySets {
  private static final Logger LOG = LoggerFactory.getLogger(KeySets.class);

  private static final Duration FETCH_AT_MOST = Duration.ofSeconds(5);

  private final KeySetSource source;
  private final Executor loop;
  private final Clock clock;
  private final Runnable changed;
  private final Map<String, KeySet> sets = new TreeMap<>();
  private final Map<String, Resource> joined = new HashMap<>();

  /**
   * @param loop the thread that all of this is confined to
   * @param changed run when a set has become another
   */
  public KeySets(Executor loop, Clock clock, Runnable changed) {
    this(HttpKeySets.within(FETCH_AT_MOST), loop, clock, changed);
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
    named.forEach((uri, documents) -> sets.computeIfAbsent(uri, KeySet::new).documents = documents);
    joined.clear();
    advance();
  }

  /** Tokens name keys that are not in these sets, as agents say. */
  public void unknownKeys(Collection<String> uris) {
    for (String uri : uris) {
      KeySet set = sets.get(uri);
      if (set != null) {
        set.kept.miss();
      }
    }
    advance();
  }

  /** Asks for what is due. Cheap: to be called often. */
  public void advance() {
    List.copyOf(sets.values()).forEach(set -> set.kept.advance());
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
        each.setJwks(set.kept.keys());
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
    for (KeySet set : sets.values()) {
      if (!set.kept.trouble().isEmpty()) {
        for (Document each : set.documents) {
          problems.add(
              new Problem(
                  each.key().toString(), 0, "spec.conf.jwksUri", set.uri + " " + set.problem()));
        }
      }
    }
    return problems;
  }

  private final class KeySet implements KeptKeys.Owner {
    private final String uri;
    private final KeptKeys<String> kept;
    private List<Document> documents = List.of();

    KeySet(String uri) {
      this.uri = uri;
      this.kept = new KeptKeys<>("", () -> source.fetch(uri), loop, clock, this);
    }

    @Override
    public void changed() {
      joined.clear();
      changed.run();
    }

    @Override
    public void failed(String trouble) {
      LOG.warn("{} {}", uri, problem());
    }

    @Override
    public void mended() {
      LOG.info("{} can be fetched again", uri);
    }

    String problem() {
      return "cannot be fetched: "
          + kept.trouble()
          + (kept.keys().isEmpty()
              ? "; tokens of its issuer are refused"
              : "; the keys fetched at "
                  + kept.fetchedAt().truncatedTo(ChronoUnit.SECONDS)
                  + " stay in use");
    }
  }
}
