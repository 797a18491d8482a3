package io.weft.core.call;

import io.weft.core.MeshUnderTest;
import io.weft.core.config.Destination;
import io.weft.core.retry.RetryPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** One call of a {@link ModelShop}, over a library and to servers that do anything at all. */
final class ModelCall implements AsyncTransport {
  private static final List<Failure> WAYS_TO_FAIL = List.of(Failure.values());

  private final ModelShop shop;
  private final OutboundCall call;
  private final RandomGenerator chance;
  private final AsyncDriver driver;

  private final List<Exchange> sent = new ArrayList<>();
  private final List<String> outcomes = new ArrayList<>();
  private @Nullable Exchange committed;
  private int mirrors;
  private boolean cancelled;

  /** What the library holds of an attempt. */
  private static final class Exchange {
    private final Attempt attempt;
    private final AttemptProgress tell;
    // Until it failed, ended or was given up.
    private boolean open = true;
    private boolean answered;
    private boolean stream;
    // Told from within send, so that it may be decided upon before that is heard.
    private boolean atOnce;

    Exchange(Attempt attempt, AttemptProgress tell) {
      this.attempt = attempt;
      this.tell = tell;
    }
  }

  private ModelCall(ModelShop shop, Destination to, OutboundRequest request) {
    this.shop = shop;
    this.chance = shop.chance();
    this.call = shop.mesh().mesh().call(to, request);
    this.driver = new AsyncDriver(call, this, shop.alarms());
  }

  static ModelCall of(ModelShop shop, OutboundRequest request) {
    return of(shop, shop.mesh().mesh().destination("stock", MeshUnderTest.PORT), request);
  }

  static ModelCall of(ModelShop shop, Destination to, OutboundRequest request) {
    ModelCall call = new ModelCall(shop, to, request);
    call.driver.start();
    return call;
  }

  // What may happen

  /** Something happens to one of its attempts, or to one that is over already. */
  void happen() {
    if (!sent.isEmpty()) {
      happen(sent.get(chance.nextInt(sent.size())));
    }
  }

  private void happen(Exchange of) {
    if (of == committed) {
      answerGoesOn(of);
    } else {
      answer(of);
    }
  }

  private void answer(Exchange of) {
    boolean wasOpen = of.open;
    switch (chance.nextInt(12)) {
      case 0 -> of.tell.sent();
      case 1 -> of.tell.plaintext();
      case 2 -> fail(of, Failure.CONNECT);
      case 3 -> fail(of, Failure.RESET);
      case 4 -> fail(of, WAYS_TO_FAIL.get(chance.nextInt(WAYS_TO_FAIL.size())));
      case 5, 6, 7 -> head(of, Reply.status(503).header("retry-after", "1"), Reply.grpc(14));
      case 8 -> head(of, Reply.status(500), Reply.grpc(2));
      case 9 ->
          head(of, Reply.status(200).header("content-type", "text/event-stream"), Reply.grpc(-1));
      default -> head(of, Reply.status(200), Reply.grpc(-1));
    }
    shop.law(wasOpen || of == committed || of.attempt.isOver(), "what was given up stays given up");
  }

  private void head(Exchange of, Reply http, Reply grpc) {
    Reply reply = call.request().protocol() == Protocol.GRPC ? grpc : http;
    if (of.open && !of.answered) {
      of.answered = true;
      of.stream = call.request().streaming() || !reply.head().header("content-type").isEmpty();
    }
    of.tell.head(reply.head());
  }

  private void fail(Exchange of, Failure how) {
    of.open = false;
    of.tell.failed(how, new FakeCall.LibraryException(how));
  }

  private void answerGoesOn(Exchange of) {
    switch (chance.nextInt(4)) {
      case 0 -> fail(of, Failure.RESET);
      case 1 -> {
        of.open = false;
        of.tell.end(call.request().protocol() == Protocol.GRPC ? 0 : -1);
      }
      default -> of.tell.progress();
    }
  }

  /** The application gives it up. */
  void cancel() {
    cancelled = true;
    driver.cancel();
  }

  // What must hold

  void check() {
    shop.law(outcomes.size() <= 1, "one outcome at most");
    shop.law(
        !call.isOver() || cancelled || outcomes.size() == 1, "an outcome for whoever waits for it");
    shop.law(call.isOver() || !cancelled, "what is cancelled is over");
    for (Exchange of : sent) {
      shop.law(
          !of.open || of == committed || !call.isDecided(), "who loses is cancelled on the wire");
      shop.law(!of.open || !call.isOver(), "nothing goes on of a call that is over");
      shop.law(!of.answered || !of.open || of == committed, "an answer is taken or let go");
    }
    if (call.isRouted()) {
      checkSends();
    }
    if (call.isBounded() && !call.isOver() && !(committed != null && committed.stream)) {
      shop.law(
          call.deadlineNanos() + shop.lateness() - shop.now() >= 0, "no call outlives its time");
    }
  }

  private void checkSends() {
    RetryPolicy policy = call.rule().retry();
    int hedges = 0;
    int open = 0;
    for (Exchange of : sent) {
      hedges += of.attempt.isHedge() ? 1 : 0;
      open += of.open ? 1 : 0;
    }
    shop.law(sent.size() <= policy.attempts(), "no more sends than allowed");
    shop.law(hedges <= policy.hedge().max(), "no more hedges than allowed");
    shop.law(open <= 1 + policy.hedge().max(), "one in flight, and its hedges");
    shop.law(mirrors <= call.rule().mirrors().size(), "no more copies than mirrors");
  }

  /** Whether nothing can happen to it any more, as far as the application sees. */
  boolean isDone() {
    return call.isOver() && chance.nextInt(4) == 0;
  }

  // The library

  @Override
  public void send(Attempt attempt, AttemptProgress tell) {
    shop.law(outcomes.isEmpty() && !cancelled, "nothing is sent once a call is decided");
    shop.law(
        !call.isBounded() || call.deadlineNanos() - shop.now() > 0,
        "nothing is sent once the time of a call is up");
    RetryPolicy policy = attempt.retryPolicy();
    List<Exchange> shown = sent.stream().filter(of -> of.attempt.sent()).toList();
    shop.law(
        shown.isEmpty() || !policy.idempotentOnly() || call.request().idempotent(),
        "what a callee may have seen is repeated only if that does no harm");
    shop.law(
        shown.isEmpty() || call.cause == 1 || shown.size() < policy.attemptsIfRetried(),
        "what was tried upstream is tried less");
    Exchange exchange = new Exchange(attempt, tell);
    sent.add(exchange);
    switch (chance.nextInt(8)) {
      case 0 -> {
        exchange.atOnce = true;
        answer(exchange);
      }
      case 1 -> {
        if (chance.nextInt(4) == 0) {
          exchange.atOnce = true;
          exchange.open = false;
          throw new IllegalArgumentException("a request that this library refuses");
        }
      }
      default -> {}
    }
  }

  @Override
  public void cancel(Attempt attempt) {
    Exchange of = exchange(attempt);
    shop.law(of != null && (of.open || of.atOnce), "only what goes on is cancelled");
    if (of != null) {
      of.open = false;
    }
  }

  @Override
  public void mirror(Destination to) {
    mirrors++;
    shop.law(outcomes.isEmpty() && !sent.isEmpty(), "a copy leaves after the request");
    shop.law(call.request().hedgeable(), "a copy is of what is at hand");
    shop.mirror(to, call.request());
  }

  @Override
  public void commit(Attempt attempt) {
    outcomes.add("answer");
    committed = exchange(attempt);
    shop.law(committed != null && committed.open, "an answer that is given is there");
  }

  @Override
  public void breakOff(Attempt attempt, MeshAnswer why) {
    Exchange of = exchange(attempt);
    shop.law(of != null && of == committed && of.open, "only what was given is broken off");
    if (of != null) {
      of.open = false;
    }
  }

  @Override
  public void answer(MeshAnswer answer) {
    outcomes.add("mesh answer");
  }

  @Override
  public void rethrow(Attempt attempt, Throwable thrown) {
    outcomes.add("exception");
    Exchange of = exchange(attempt);
    shop.law(of != null && !of.open, "only what failed is thrown");
  }

  @Override
  public void passThrough() {
    shop.law(false, "no call goes around the mesh");
  }

  private @Nullable Exchange exchange(Attempt attempt) {
    return sent.stream().filter(of -> of.attempt == attempt).findFirst().orElse(null);
  }
}
