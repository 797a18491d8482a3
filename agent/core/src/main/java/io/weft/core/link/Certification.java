package io.weft.core.link;

import com.google.protobuf.ByteString;
import io.weft.api.v1.AgentMessage;
import io.weft.api.v1.Certificate;
import io.weft.api.v1.CertificateRequest;
import io.weft.core.identity.CertificateSigningRequest;
import io.weft.core.identity.LiveTls;
import io.weft.core.identity.Svid;
import io.weft.core.log.Log;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Has this process certified by control, and again at about half of each certificate's life, each
 * time with a new key. Without control the last certificate stays in use. Confined to the link's
 * thread.
 */
final class Certification {
  private static final Duration ANSWER_WAIT = Duration.ofSeconds(10);
  private static final double EARLIEST = 0.4;
  private static final double LATEST = 0.6;

  private final LinkThread thread;
  private final LiveTls tls;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final Runnable changed;
  private final ReconnectDelay delay;

  private @Nullable Consumer<AgentMessage.Builder> control;
  private @Nullable CertificateSigningRequest asked;
  private LinkThread.@Nullable Timer timer;
  private @Nullable Instant renewal;

  /**
   * @param changed run after each new identity
   */
  Certification(
      LinkThread thread,
      LiveTls tls,
      InstantSource clock,
      RandomGenerator random,
      Runnable changed) {
    this.thread = thread;
    this.tls = tls;
    this.clock = clock;
    this.random = random;
    this.changed = changed;
    this.delay = new ReconnectDelay(random);
  }

  /** Control can be asked, until {@link #disconnected}. */
  void connected(Consumer<AgentMessage.Builder> send) {
    control = send;
    Instant due = renewal;
    if (due == null) {
      ask();
    } else {
      askAt(due);
    }
  }

  void disconnected() {
    control = null;
    asked = null;
    cancel();
  }

  /** Control wants it to be done now. */
  void renew() {
    ask();
  }

  void received(Certificate answer) {
    CertificateSigningRequest request = asked;
    asked = null;
    cancel();
    if (request == null) {
      return;
    }
    if (!answer.getError().isEmpty()) {
      failed(answer.getError());
      return;
    }
    try {
      Svid svid =
          request.answered(answer.getChainList().stream().map(ByteString::toByteArray).toList());
      taken(svid);
    } catch (CertificateException e) {
      failed(String.valueOf(e.getMessage()));
    }
  }

  private void taken(Svid svid) {
    Instant now = clock.instant();
    Instant begin = svid.chain().get(0).getNotBefore().toInstant();
    Instant end = svid.chain().get(0).getNotAfter().toInstant();
    if (now.isBefore(begin) || now.isAfter(end)) {
      failed(
          "control has just issued one for "
              + begin
              + " to "
              + end
              + ", but this machine's clock says "
              + now
              + ": set the clock");
      return;
    }
    delay.succeeded();
    Duration left = Duration.between(now, end);
    double share = EARLIEST + (LATEST - EARLIEST) * random.nextDouble();
    Instant due = now.plusNanos((long) (left.toNanos() * share));
    renewal = due;
    tls.identity(svid);
    Log.debug("certified as " + svid);
    changed.run();
    askAt(due);
  }

  private void failed(String why) {
    Log.warn("no new certificate: " + why);
    again(delay.next());
  }

  private void ask() {
    Consumer<AgentMessage.Builder> to = control;
    if (to == null || asked != null) {
      return;
    }
    cancel();
    try {
      CertificateSigningRequest request = CertificateSigningRequest.create();
      asked = request;
      to.accept(
          AgentMessage.newBuilder()
              .setCertificateRequest(
                  CertificateRequest.newBuilder().setCsr(ByteString.copyFrom(request.der()))));
      timer = thread.after(ANSWER_WAIT, this::unanswered);
    } catch (IllegalStateException e) {
      failed(String.valueOf(e.getMessage()));
    }
  }

  private void unanswered() {
    asked = null;
    failed("control does not answer");
  }

  private void askAt(Instant due) {
    Duration wait = Duration.between(clock.instant(), due);
    again(wait.isNegative() ? Duration.ZERO : wait);
  }

  private void again(Duration wait) {
    cancel();
    if (control != null) {
      timer = thread.after(wait, this::ask);
    }
  }

  private void cancel() {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }
}
