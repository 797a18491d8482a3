package io.weft.core.call;

import io.weft.core.Mesh;
import io.weft.core.config.Destination;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One call of an application over a library that exists in this test alone. */
final class FakeCall implements AsyncTransport {

  private final OutboundCall call;
  private final FakeTime time;
  private final Function<Attempt, Reply> servers;
  private final AsyncDriver driver;

  private final List<Attempt> sent = new ArrayList<>();
  private final List<Attempt> cancelled = new ArrayList<>();
  private final Map<Attempt, Reply> replies = new HashMap<>();
  private final Map<Attempt, AttemptProgress> progress = new HashMap<>();
  private final List<String> outcomes = new ArrayList<>();
  private final List<Destination> mirrors = new ArrayList<>();
  private @Nullable MeshAnswer answer;
  private @Nullable Attempt committed;
  private @Nullable Throwable thrown;
  private @Nullable MeshAnswer brokenOff;

  FakeCall(Mesh mesh, FakeTime time, FakeRequest request, Function<Attempt, Reply> servers) {
    this(mesh, destination(mesh, request), time, request, servers);
  }

  FakeCall(
      Mesh mesh,
      Destination to,
      FakeTime time,
      FakeRequest request,
      Function<Attempt, Reply> servers) {
    this.call = mesh.call(to, request);
    this.time = time;
    this.servers = servers;
    this.driver = new AsyncDriver(call, this, time);
  }

  private static Destination destination(Mesh mesh, FakeRequest request) {
    URI url = URI.create("http://" + request.authority());
    return mesh.destination(url.getHost(), url.getPort());
  }

  FakeCall start() {
    driver.start();
    time.settle();
    return this;
  }

  void cancel() {
    driver.cancel();
  }

  // What the application sees

  /** The status of its answer; 0 if it has none. */
  int status() {
    if (answer != null) {
      return answer.status();
    }
    return committed == null ? 0 : reply(committed).head().status();
  }

  /** The gRPC code of its answer; -1 if it has none. */
  int grpcCode() {
    if (answer != null) {
      return answer.grpcCode();
    }
    return committed == null ? -1 : reply(committed).grpcCode();
  }

  /** Why the mesh answered; empty if it did not. */
  String reason() {
    return answer == null ? "" : answer.reason();
  }

  MeshAnswer answer() {
    return Objects.requireNonNull(answer);
  }

  @Nullable Throwable thrown() {
    return thrown;
  }

  /** Why the answer broke off; empty if it did not. */
  String brokenOff() {
    return brokenOff == null ? "" : brokenOff.reason();
  }

  boolean isOpen() {
    return outcomes.isEmpty();
  }

  /** All that the application was ever given, one word each. */
  List<String> outcomes() {
    return outcomes;
  }

  // What servers see

  /** The instances to which a request went, in order. */
  String sentTo() {
    return sent.stream().map(a -> a.endpoint().uid()).collect(Collectors.joining(" "));
  }

  int sends() {
    return sent.size();
  }

  Attempt attempt(int number) {
    return sent.get(number - 1);
  }

  List<Attempt> cancelledAttempts() {
    return cancelled;
  }

  AttemptProgress progress(int number) {
    return progressOf(attempt(number));
  }

  OutboundCall call() {
    return call;
  }

  private Reply reply(Attempt attempt) {
    return Objects.requireNonNull(replies.get(attempt));
  }

  private AttemptProgress progressOf(Attempt attempt) {
    return Objects.requireNonNull(progress.get(attempt));
  }

  // The library

  @Override
  public void send(Attempt attempt, AttemptProgress tell) {
    sent.add(attempt);
    progress.put(attempt, tell);
    Reply reply = servers.apply(attempt);
    replies.put(attempt, reply);
    Failure failure = reply.failure();
    if (failure == null) {
      tell.sent();
    }
    time.in(
        reply.delay(),
        () -> {
          if (failure != null) {
            tell.failed(failure, new LibraryException(failure));
          } else {
            tell.head(reply.head());
          }
        });
  }

  @Override
  public void cancel(Attempt attempt) {
    cancelled.add(attempt);
  }

  @Override
  public void mirror(Destination to) {
    mirrors.add(to);
  }

  List<Destination> mirrors() {
    return mirrors;
  }

  @Override
  public void commit(Attempt attempt) {
    outcomes.add("answer");
    committed = attempt;
    Reply reply = reply(attempt);
    if (!reply.isOpen()) {
      progressOf(attempt).end(reply.grpcCode());
    }
  }

  @Override
  public void breakOff(Attempt attempt, MeshAnswer why) {
    brokenOff = why;
  }

  @Override
  public void answer(MeshAnswer given) {
    outcomes.add("mesh answer");
    answer = given;
  }

  @Override
  public void rethrow(Attempt attempt, Throwable what) {
    outcomes.add("exception");
    thrown = what;
  }

  @Override
  public void passThrough() {
    outcomes.add("pass through");
  }

  /** The library's very own. */
  static final class LibraryException extends Exception {
    private static final long serialVersionUID = 1L;

    LibraryException(Failure failure) {
      super(failure.toString());
    }
  }
}
