package io.weft.control.store;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.Response;
import io.etcd.jetcd.Txn;
import io.etcd.jetcd.lease.LeaseKeepAliveResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.PutOption;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.support.CloseableClient;
import io.etcd.jetcd.watch.WatchEvent;
import io.etcd.jetcd.watch.WatchResponse;
import io.grpc.stub.StreamObserver;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A cluster of etcd, under {@code /weft/v1/default/}. */
final class EtcdStore implements ConfigStore {

  private static final String MESH = "/weft/v1/default/";
  private static final Duration ANSWER_WAIT = Duration.ofSeconds(5);

  private final String endpoints;
  private final Client client;

  EtcdStore(String endpoints) {
    this.endpoints = endpoints;
    this.client =
        Client.builder()
            .endpoints(Arrays.stream(endpoints.split(",")).map(URI::create).toArray(URI[]::new))
            .namespace(bytes(MESH))
            .connectTimeout(Duration.ofSeconds(3))
            .keepaliveTime(Duration.ofSeconds(10))
            .keepaliveTimeout(Duration.ofSeconds(5))
            .keepaliveWithoutCalls(true)
            .waitForReady(true)
            .build();
  }

  @Override
  public CompletableFuture<Listing> list(String prefix) {
    return answer(
        client.getKVClient().get(bytes(prefix), GetOption.builder().isPrefix(true).build()),
        got -> new Listing(position(got), got.getKvs().stream().map(EtcdStore::entry).toList()));
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
                      watcher.ended(message(fault));
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
                    put -> lived(key, value, grace, lease)));
  }

  // A lease that ran out while etcd was away is taken anew.
  private Presence lived(String key, ByteString value, Duration grace, long lease) {
    AtomicBoolean closed = new AtomicBoolean();
    CompletableFuture<Presence> next = new CompletableFuture<>();
    CloseableClient alive =
        client
            .getLeaseClient()
            .keepAlive(
                lease,
                new StreamObserver<>() {
                  @Override
                  public void onNext(LeaseKeepAliveResponse response) {}

                  @Override
                  public void onError(Throwable fault) {
                    again();
                  }

                  @Override
                  public void onCompleted() {
                    again();
                  }

                  private void again() {
                    if (!closed.get()) {
                      CompletableFuture.delayedExecutor(1, TimeUnit.SECONDS).execute(() -> retry());
                    }
                  }

                  private void retry() {
                    if (!closed.get()) {
                      var unused =
                          announce(key, value, grace)
                              .whenComplete(
                                  (presence, fault) -> {
                                    if (fault != null) {
                                      again();
                                    } else if (closed.get()) {
                                      presence.close();
                                    } else {
                                      next.complete(presence);
                                    }
                                  });
                    }
                  }
                });
    return () -> {
      closed.set(true);
      alive.close();
      if (next.isDone()) {
        next.join().close();
      } else {
        try {
          client.getLeaseClient().revoke(lease).get(1, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        } catch (java.util.concurrent.ExecutionException
            | java.util.concurrent.TimeoutException e) {
          // It runs out by itself.
        }
      }
    };
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
                throw new StoreException(describe() + " does not answer: " + message(fault), fault);
              }
              return take.apply(answer);
            });
  }

  private static String message(Throwable fault) {
    Throwable cause = fault;
    while ((cause instanceof CompletionException || cause.getMessage() == null)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause.getMessage() == null
        ? cause.getClass().getSimpleName()
        : cause.getMessage().replaceAll("\\s+", " ");
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
