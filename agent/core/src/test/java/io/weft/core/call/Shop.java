package io.weft.core.call;

import io.weft.core.MeshUnderTest;
import io.weft.core.config.Destination;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.function.Consumer;

/** A mesh with a caller and with servers that do as they are told, in time that is told to pass. */
final class Shop {

  final FakeTime time = new FakeTime();
  final Inbound inbound = new Inbound();
  final MeshUnderTest mesh;

  private final Map<String, Reply> instances = new HashMap<>();
  private final Queue<Reply> next = new ArrayDeque<>();
  private Consumer<Attempt> onSend = attempt -> {};

  Shop() {
    this(CallObserver.NONE);
  }

  Shop(CallObserver observer) {
    mesh = new MeshUnderTest(observer, inbound);
  }

  /** A service with these instances. */
  Shop service(String name, String... uids) {
    mesh.service(name, uids);
    return this;
  }

  /** A document, given from its kind on. */
  Shop policy(String yaml) {
    mesh.policy(yaml);
    return this;
  }

  /** What the next requests get, whichever instance they reach; then all are well again. */
  Shop replies(Reply... replies) {
    next.clear();
    for (Reply reply : replies) {
      next.add(reply);
    }
    return this;
  }

  /** What an instance does with every request. */
  Shop instance(String uid, Reply reply) {
    instances.put(uid, reply);
    return this;
  }

  Shop onSend(Consumer<Attempt> told) {
    onSend = told;
    return this;
  }

  FakeCall call(FakeRequest request) {
    return new FakeCall(mesh.mesh(), time, request, this::reply).start();
  }

  FakeCall call(Destination to, FakeRequest request) {
    return new FakeCall(mesh.mesh(), to, time, request, this::reply).start();
  }

  FakeCall get(String target) {
    return call(FakeRequest.get(target));
  }

  void pass(Duration duration) {
    time.pass(duration);
  }

  private Reply reply(Attempt attempt) {
    onSend.accept(attempt);
    Reply ordered = next.poll();
    return ordered != null
        ? ordered
        : instances.getOrDefault(attempt.endpoint().uid(), Reply.status(200));
  }

  /** The request being served, if there is one with a deadline. */
  final class Inbound implements Deadlines {
    private boolean present;
    private long deadline;
    private int attempt = 1;

    void mustAnswerIn(Duration duration) {
      present = true;
      deadline = time.nanoTime() + duration.toNanos();
    }

    /** Its caller has tried before. */
    void isAttempt(int number) {
      attempt = number;
    }

    @Override
    public int attempt() {
      return attempt;
    }

    @Override
    public boolean hasDeadline() {
      return present;
    }

    @Override
    public long deadlineNanos() {
      return deadline;
    }
  }
}
