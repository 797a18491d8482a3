package io.weft.control.identity;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.weft.api.v1.Resource;
import io.weft.api.v1.ResourceType;
import io.weft.api.v1.ResourceVersion;
import io.weft.api.v1.Revocation;
import io.weft.api.v1.Trust;
import io.weft.control.compile.Hashes;
import io.weft.control.identity.CaState.Phase;
import io.weft.control.identity.CaState.Sealed;
import io.weft.control.loop.Loop;
import io.weft.control.store.Commit;
import io.weft.control.store.ConfigStore;
import io.weft.control.store.ConfigStore.Change;
import io.weft.control.store.ConfigStore.Entry;
import io.weft.control.store.Mirror;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificate authority of the mesh's services, kept in the store and so the same in every
 * replica: all of them issue at once. The first one makes it. Its root is changed in steps, each a
 * conditional write, so that it does not matter which replica takes the next one, or when.
 *
 * <p>{@link #issue}, {@link #trust} and what tells of its state are for any thread; the rest is
 * confined to the loop.
 */
public final class WorkloadAuthority implements Issuer {
  private static final Logger LOG = LoggerFactory.getLogger(WorkloadAuthority.class);
  private static final String PREFIX = "trust/authority/";
  private static final String STATE = PREFIX + "state";
  private static final String REVOKED = PREFIX + "revoked/";
  private static final JsonMapper JSON =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  private final ConfigStore store;
  private final Clock clock;
  private final CaOptions options;
  private final CaKey key;
  private final Listener listener;
  private final Mirror mirror;
  private final Map<String, Revoked> revoked = new TreeMap<>();
  private @Nullable CaState state;
  private long stateRevision;
  // Over when the store says so, on a thread of its own.
  private volatile boolean writing;
  private volatile @Nullable InForce now;

  /** Told on the loop. */
  public interface Listener {
    /** Agents are to be told whom to believe. */
    void trustChanged();

    /** Another signer signs from now on: agents are to renew. */
    void signerChanged();

    /** A principal is worth nothing until it joins anew. */
    void revoked(Revoked principal);
  }

  /** What is asked for by other threads. */
  private record InForce(
      CaState state, Signer signer, Resource trust, Map<String, Revoked> revoked) {}

  /**
   * @throws IOException in one line, if its key file cannot be used
   */
  public WorkloadAuthority(
      ConfigStore store, Loop loop, Clock clock, CaOptions options, Listener listener)
      throws IOException {
    this.store = store;
    this.clock = clock;
    this.options = options;
    this.listener = listener;
    this.key = CaKey.open(options.keyFile());
    this.mirror = new Mirror(store, PREFIX, loop, this::changed);
  }

  public void start() {
    mirror.start();
  }

  public void close() {
    mirror.close();
  }

  @Override
  public List<X509Certificate> issue(byte[] request, String spiffeId, Duration life)
      throws IssueException {
    InForce current = now;
    if (current == null) {
      throw new IssueException("the authority is not known here yet");
    }
    Revoked before = current.revoked().get(spiffeId);
    return current
        .signer()
        .issue(
            request,
            spiffeId,
            life,
            clock.instant(),
            before == null ? Instant.MIN : Instant.ofEpochSecond(before.before()));
  }

  /** How long certificates live where nobody asks for something else. */
  public Duration leafLife() {
    return options.leafLife();
  }

  /** Whom agents are to believe; null while the store has not been read. */
  public @Nullable Resource trust() {
    InForce current = now;
    return current == null ? null : current.trust();
  }

  /** The roots of this mesh, PEM; empty while the store has not been read. */
  public String bundle() {
    Resource trust = trust();
    return trust == null
        ? ""
        : trust.getTrust().getRootsOrDefault(trust.getTrust().getTrustDomain(), "");
  }

  /** The SPIFFE ID of a principal; of this mesh's trust domain. */
  public String spiffeId(String namespace, String principal) {
    InForce current = now;
    String domain = current == null ? options.trustDomain() : current.state().trustDomain();
    return "spiffe://" + domain + "/ns/" + namespace + "/sa/" + principal;
  }

  /** Since when a principal's certificates and tokens count; null if they have always. */
  public @Nullable Revoked revocation(String spiffeId) {
    InForce current = now;
    return current == null ? null : current.revoked().get(spiffeId);
  }

  /** What there is to tell of it. */
  public Map<String, String> status() {
    InForce current = now;
    Map<String, String> all = new TreeMap<>();
    if (current == null) {
      return all;
    }
    CaState is = current.state();
    all.put("trustDomain", is.trustDomain());
    all.put("phase", is.phase().name());
    all.put("since", is.since());
    all.put("algorithm", current.signer().algorithm().name());
    all.put("root", rootHash(current.signer()));
    all.put("until", current.signer().certificate().getNotAfter().toInstant().toString());
    all.put("leafLife", options.leafLife().toString());
    if (is.phase() == Phase.WAITING) {
      all.put("retiresAt", retirement(is).toString());
    }
    return all;
  }

  /**
   * Begins to change the root.
   *
   * @return what stands against it, in one line; empty if it has begun
   */
  public CompletableFuture<String> rotate() {
    CaState is = state;
    if (is == null) {
      return CompletableFuture.completedFuture("the authority is not known here yet");
    }
    if (is.isUnderWay()) {
      return CompletableFuture.completedFuture(
          "a change of the root is under way: " + is.phase() + " since " + is.since());
    }
    CaAlgorithm algorithm = is.current().algorithm();
    Sealed next = seal(Signer.create(algorithm, is.trustDomain(), clock.instant()));
    return write(is.announcing(next, time()))
        .thenApply(done -> done ? "" : "another replica was quicker: see weft ca status");
  }

  /**
   * Takes the next step of a change of the root, if it is time for it.
   *
   * @param holders all agents with an identity that are connected to any replica
   */
  public void advance(Collection<Holder> holders) {
    CaState is = state;
    InForce current = now;
    if (is == null || current == null || writing || !is.isUnderWay()) {
      return;
    }
    Sealed next = Objects.requireNonNull(is.next());
    String trustHash = current.trust().getVersion().getHash();
    switch (is.phase()) {
      case ANNOUNCED -> {
        if (holders.stream().allMatch(holder -> holder.trustHash().equals(trustHash))) {
          step(is.at(Phase.ACKNOWLEDGED, time()));
        }
      }
      case ACKNOWLEDGED -> step(is.at(Phase.SIGNING, time()));
      case SIGNING -> step(is.at(Phase.WAITING, time()));
      case WAITING -> {
        if (!clock.instant().isBefore(retirement(is))) {
          step(is.retired(next, time()));
        }
      }
      case STEADY, RETIRED -> {}
    }
  }

  /**
   * What a principal was issued until now counts no more.
   *
   * @return once it stands in the store
   */
  public CompletableFuture<Revoked> revoke(String namespace, String principal) {
    Revoked one = new Revoked(spiffeId(namespace, principal), clock.instant().getEpochSecond());
    return store
        .commit(new Commit().put(REVOKED + namespace + "/" + principal, json(one)))
        .thenApply(done -> one);
  }

  /** Remembers that a certificate of a life of its own was signed, so that its root is kept. */
  public CompletableFuture<Boolean> signedUntil(Instant end) {
    CaState is = state;
    if (is == null || !end.isAfter(clock.instant().plus(options.leafLife()))) {
      return CompletableFuture.completedFuture(true);
    }
    String until = is.signedUntil();
    if (until != null && !end.isAfter(Instant.parse(until))) {
      return CompletableFuture.completedFuture(true);
    }
    return write(is.signedUntil(end.toString()));
  }

  private Instant retirement(CaState is) {
    Instant leaves = Instant.parse(is.since()).plus(options.leafLife());
    String until = is.signedUntil();
    return until != null && Instant.parse(until).isAfter(leaves) ? Instant.parse(until) : leaves;
  }

  private void step(CaState to) {
    LOG.info("change of the root: {}", to.phase());
    var unused = write(to);
  }

  private CompletableFuture<Boolean> write(CaState to) {
    writing = true;
    return store
        .commit(new Commit().unchanged(STATE, stateRevision).put(STATE, json(to)))
        .thenApply(Commit.Result::done)
        .whenComplete((done, fault) -> writing = false);
  }

  private void changed(List<Change> changes) {
    for (Change change : changes) {
      Entry is = change.now();
      if (change.key().startsWith(REVOKED)) {
        revocation(change.key(), is);
      } else if (is != null && change.key().equals(STATE)) {
        take(is);
      }
    }
    CaState read = state;
    if (read == null) {
      create();
      return;
    }
    put(read);
  }

  private void create() {
    Instant begin = clock.instant();
    CaState first =
        new CaState(
            options.trustDomain(),
            Phase.STEADY,
            begin.toString(),
            seal(Signer.create(options.algorithm(), options.trustDomain(), begin)),
            null,
            null);
    // If another replica is quicker, the watch brings what it made.
    var unused = store.commit(new Commit().unchanged(STATE, 0).put(STATE, json(first)));
  }

  private void take(Entry entry) {
    try {
      state = JSON.readValue(entry.value().toByteArray(), CaState.class);
      stateRevision = entry.modified();
    } catch (IOException e) {
      LOG.error("{} in the store is no authority; the one before stays", entry.key());
    }
  }

  private void revocation(String where, @Nullable Entry entry) {
    if (entry == null) {
      revoked.values().removeIf(each -> where.equals(REVOKED + path(each.spiffeId())));
      return;
    }
    try {
      Revoked one = JSON.readValue(entry.value().toByteArray(), Revoked.class);
      Revoked before = revoked.put(one.spiffeId(), one);
      if (!one.equals(before)) {
        listener.revoked(one);
      }
    } catch (IOException e) {
      LOG.warn("{} in the store is no revocation", where);
    }
  }

  private void put(CaState read) {
    InForce before = now;
    try {
      Sealed signs = read.nextSigns() ? Objects.requireNonNull(read.next()) : read.current();
      Signer signer = before != null && before.state().equals(read) ? before.signer() : open(signs);
      InForce fresh = new InForce(read, signer, trust(read), Map.copyOf(revoked));
      now = fresh;
      if (before == null || !before.trust().equals(fresh.trust())) {
        listener.trustChanged();
      }
      if (before != null && !before.signer().certificate().equals(signer.certificate())) {
        listener.signerChanged();
      }
    } catch (IOException | GeneralSecurityException e) {
      LOG.error("no certificates are issued here: {}", e.getMessage());
    }
  }

  private Resource trust(CaState of) {
    Sealed next = of.next();
    Trust.Builder trust =
        Trust.newBuilder()
            .setTrustDomain(of.trustDomain())
            .putRoots(of.trustDomain(), of.current().root() + (next == null ? "" : next.root()));
    List<Revoked> all = new ArrayList<>(revoked.values());
    for (Revoked each : all) {
      trust.addRevocations(
          Revocation.newBuilder()
              .setSpiffeId(each.spiffeId())
              .setIssuedBeforeSeconds(each.before()));
    }
    Trust built = trust.build();
    return Resource.newBuilder()
        .setVersion(
            ResourceVersion.newBuilder().setType(ResourceType.TRUST).setHash(Hashes.of(built)))
        .setTrust(built)
        .build();
  }

  private Sealed seal(Signer signer) {
    return new Sealed(
        signer.algorithm(),
        Pem.of(List.of(signer.root())),
        Pem.of(List.of(signer.certificate())),
        key.seal(signer.key().getEncoded(), purpose(signer.certificate())));
  }

  private Signer open(Sealed sealed) throws IOException, GeneralSecurityException {
    X509Certificate certificate = Pem.certificate(sealed.intermediate());
    return new Signer(
        KeyFactory.getInstance(sealed.algorithm().keyAlgorithm())
            .generatePrivate(new PKCS8EncodedKeySpec(key.open(sealed.key(), purpose(certificate)))),
        certificate,
        Pem.certificate(sealed.root()),
        sealed.algorithm());
  }

  // A key put in another's place does not open.
  private static String purpose(X509Certificate certificate) {
    return "intermediate " + certificate.getSerialNumber();
  }

  private static String rootHash(Signer signer) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(signer.root().getEncoded()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String path(String spiffeId) {
    return spiffeId.replaceFirst("spiffe://[^/]+/ns/", "").replaceFirst("/sa/", "/");
  }

  private String time() {
    return clock.instant().toString();
  }

  private static String json(Object value) {
    try {
      return new String(JSON.writeValueAsBytes(value), StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
