package io.weft.control.store;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.ClientBuilder;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.Response;
import io.etcd.jetcd.Txn;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.lease.LeaseKeepAliveResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.OptionsUtil;
import io.etcd.jetcd.options.PutOption;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.support.CloseableClient;
import io.etcd.jetcd.watch.WatchEvent;
import io.etcd.jetcd.watch.WatchResponse;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.MethodDescriptor;
import io.grpc.stub.StreamObserver;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A cluster of etcd, under {@code /weft/v1/default/}. */
final class EtcdStore implements ConfigStore {

  private static final String MESH = "/weft/v1/default/";
  private static final Duration ANSWER_WAIT = Duration.ofSeconds(5);

  /** Keys in one answer: those of a large mesh are tens of thousands. */
  private static final int PAGE = 1_000;

  /** A page of long documents; gRPC's own limit is 4 MiB. */
  private static final int LARGEST_ANSWER = 64 << 20;

  private final String endpoints;
  private final EtcdAccess access;
  private final Client client;

  /**
   * Opens it. An etcd that cannot be reached may come later.
   *
   * @param endpoints URLs of one scheme, separated by commas
   * @throws IllegalArgumentException in one line, if a file of the access cannot be used
   * @throws StoreException in one line, if etcd and control do not let each other in
   */
  static EtcdStore open(String endpoints, EtcdAccess access) {
    EtcdStore store = new EtcdStore(endpoints, access);
    try {
      store.position().join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof StoreException refusal && refusal.isSettled()) {
        store.close();
        throw refusal;
      }
    }
    return store;
  }

  private EtcdStore(String endpoints, EtcdAccess access) {
    this.endpoints = endpoints;
    this.access = access;
    ClientBuilder builder =
        Client.builder()
            .endpoints(Arrays.stream(endpoints.split(",")).map(URI::create).toArray(URI[]::new))
            .namespace(bytes(MESH))
            .connectTimeout(Duration.ofSeconds(3))
            .keepaliveTime(Duration.ofSeconds(10))
            .keepaliveTimeout(Duration.ofSeconds(5))
            .keepaliveWithoutCalls(true)
            .waitForReady(true)
            .maxInboundMessageSize(LARGEST_ANSWER)
            .interceptor(new HastyReads());
    if (endpoints.startsWith("https:")) {
      builder.sslContext(Credentials.tls(access, Instant.now()));
    }
    Path password = access.passwordFile();
    if (password != null) {
      builder.user(bytes(access.user())).password(bytes(Credentials.password(password)));
    }
    this.client = builder.build();
  }

  /**
   * Writes wait for a connection for a while. Reads do not, and so learn why there is none: nothing
   * else tells of a certificate that is not believed.
   */
  private static final class HastyReads implements ClientInterceptor {
    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(
        MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
      return next.newCall(
          method,
          "Range".equals(method.getBareMethodName()) ? options.withoutWaitForReady() : options);
    }
  }

  @Override
  public CompletableFuture<Listing> list(String prefix) {
    return answer(client.getKVClient().get(bytes(prefix), page(prefix).build()), EtcdStore::page)
        .thenCompose(first -> rest(prefix, first.position(), first));
  }

  // All of one revision, in as many answers as it takes.
  private CompletableFuture<Listing> rest(String prefix, Position position, Page all) {
    if (!all.more()) {
      return CompletableFuture.completedFuture(new Listing(position, all.entries()));
    }
    String last = all.entries().get(all.entries().size() - 1).key();
    return answer(
            client
                .getKVClient()
                .get(bytes(last + "\0"), page(prefix).withRevision(position.revision()).build()),
            EtcdStore::page)
        .thenCompose(next -> rest(prefix, position, all.and(next)));
  }

  private static GetOption.Builder page(String prefix) {
    return GetOption.builder().withRange(OptionsUtil.prefixEndOf(bytes(prefix))).withLimit(PAGE);
  }

  private static Page page(GetResponse got) {
    return new Page(
        position(got), got.getKvs().stream().map(EtcdStore::entry).toList(), got.isMore());
  }

  private record Page(Position position, List<Entry> entries, boolean more) {
    Page and(Page next) {
      List<Entry> all = new ArrayList<>(entries);
      all.addAll(next.entries);
      return new Page(position, all, next.more);
    }
  }

  @Override
  public Watch watch(String prefix, long after, Watcher watcher) {
    AtomicBoolean over = new AtomicBoolean();
    var watch =
        client
            .getWatchClient()
            .watch(
                bytes(prefix),
                WatchOption.builder()
                    .isPrefix(true)
                    .withRevision(after + 1)
                    .withPrevKV(true)
                    .withRequireLeader(true)
                    .withProgressNotify(true)
                    .build(),
                new io.etcd.jetcd.Watch.Listener() {
                  @Override
                  public void onNext(WatchResponse response) {
                    if (!over.get() && !response.getEvents().isEmpty()) {
                      watcher.changed(
                          response.getHeader().getRevision(),
                          response.getEvents().stream().map(EtcdStore::change).toList());
                    }
                  }

                  @Override
                  public void onError(Throwable fault) {
                    if (!over.getAndSet(true)) {
                      watcher.ended(EtcdFault.of(fault, describe(), access).line());
                    }
                  }

                  @Override
                  public void onCompleted() {
                    if (!over.getAndSet(true)) {
                      watcher.ended("closed");
                    }
                  }
                });
    return () -> {
      over.set(true);
      watch.close();
    };
  }

  @Override
  public CompletableFuture<Commit.Result> commit(Commit commit) {
    List<Op> ops = new ArrayList<>();
    for (Commit.Write write : commit.writes()) {
      ByteString value = write.value();
      ops.add(
          value == null
              ? Op.delete(bytes(write.key()), DeleteOption.DEFAULT)
              : Op.put(bytes(write.key()), ByteSequence.from(value), PutOption.DEFAULT));
    }
    Cmp[] conditions =
        commit.conditions().stream()
            .map(
                condition ->
                    new Cmp(
                        bytes(condition.key()),
                        Cmp.Op.EQUAL,
                        CmpTarget.modRevision(condition.modified())))
            .toArray(Cmp[]::new);
    Txn txn = client.getKVClient().txn();
    return answer(
        txn.If(conditions).Then(ops.toArray(Op[]::new)).commit(),
        done -> new Commit.Result(done.isSucceeded(), done.getHeader().getRevision()));
  }

  @Override
  public CompletableFuture<Position> position() {
    return answer(
        client.getKVClient().get(bytes("accepted/head"), GetOption.builder().build()),
        EtcdStore::position);
  }

  @Override
  public CompletableFuture<Presence> announce(String key, ByteString value, Duration grace) {
    return answer(client.getLeaseClient().grant(grace.toSeconds()), granted -> granted.getID())
        .thenCompose(
            lease ->
                answer(
                    client
                        .getKVClient()
                        .put(
                            bytes(key),
                            ByteSequence.from(value),
                            PutOption.builder().withLeaseId(lease).build()),
                    put -> {
                      Announced announced = new Announced(key, value, grace, lease);
                      announced.keepAlive();
                      return announced;
                    }));
  }

  /** A key on a lease that is kept alive. One that was lost while etcd was away is taken anew. */
  private final class Announced implements Presence, StreamObserver<LeaseKeepAliveResponse> {
    private final String key;
    private final ByteString value;
    private final Duration grace;
    private final long lease;
    private final AtomicBoolean lost = new AtomicBoolean();
    private final CompletableFuture<Presence> next = new CompletableFuture<>();
    private volatile boolean closed;
    private volatile @Nullable CloseableClient alive;

    Announced(String key, ByteString value, Duration grace, long lease) {
      this.key = key;
      this.value = value;
      this.grace = grace;
      this.lease = lease;
    }

    void keepAlive() {
      alive = client.getLeaseClient().keepAlive(lease, this);
    }

    @Override
    public void onNext(LeaseKeepAliveResponse response) {}

    @Override
    public void onError(Throwable fault) {
      lost();
    }

    @Override
    public void onCompleted() {
      lost();
    }

    // Told for each try of jetcd's own; one successor is enough.
    private void lost() {
      if (!lost.getAndSet(true)) {
        letGo();
        announceLater();
      }
    }

    private void announceLater() {
      CompletableFuture.delayedExecutor(1, TimeUnit.SECONDS).execute(this::announceAnew);
    }

    private void announceAnew() {
      if (closed) {
        return;
      }
      var unused =
          announce(key, value, grace)
              .whenComplete(
                  (presence, fault) -> {
                    if (fault != null) {
                      announceLater();
                    } else {
                      next.complete(presence);
                      if (closed) {
                        presence.close();
                      }
                    }
                  });
    }

    private void letGo() {
      CloseableClient kept = alive;
      if (kept != null) {
        kept.close();
      }
    }

    @Override
    public void close() {
      closed = true;
      letGo();
      if (next.isDone()) {
        next.join().close();
        return;
      }
      try {
        client.getLeaseClient().revoke(lease).get(1, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (ExecutionException | TimeoutException e) {
        // It runs out by itself.
      }
    }
  }

  @Override
  public String describe() {
    return "etcd at " + endpoints;
  }

  @Override
  public void close() {
    client.close();
  }

  private <A, T> CompletableFuture<T> answer(
      CompletableFuture<A> asked, java.util.function.Function<A, T> take) {
    return asked
        .copy()
        .orTimeout(ANSWER_WAIT.toSeconds(), TimeUnit.SECONDS)
        .handle(
            (answer, fault) -> {
              if (fault != null) {
                EtcdFault why = EtcdFault.of(fault, describe(), access);
                throw new StoreException(why.line(), why.settled(), fault);
              }
              return take.apply(answer);
            });
  }

  private static Position position(Response response) {
    return new Position(
        Long.toHexString(response.getHeader().getClusterId()), response.getHeader().getRevision());
  }

  private static Change change(WatchEvent event) {
    KeyValue before = event.getPrevKV();
    return new Change(
        text(event.getKeyValue().getKey()),
        before == null || before.getModRevision() == 0 ? null : entry(before),
        event.getEventType() == WatchEvent.EventType.DELETE ? null : entry(event.getKeyValue()));
  }

  private static Entry entry(KeyValue value) {
    return new Entry(
        text(value.getKey()),
        ByteString.copyFrom(value.getValue().getBytes()),
        value.getModRevision());
  }

  private static String text(ByteSequence bytes) {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private static ByteSequence bytes(@Nullable String text) {
    return ByteSequence.from(String.valueOf(text), StandardCharsets.UTF_8);
  }
}
