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
 * Has this process certified by control, and again before half of each certificate's life is over,
 * each time with a new key: so that control may be away for half of a life at any time. Without
 * control the last certificate stays in use until it ends. Confined to the link's thread.
 */
final class Certification {
  private static final Duration ANSWER_WAIT = Duration.ofSeconds(10);
  private static final double EARLIEST = 0.35;
  // What is left to the half is for finding control again, which is jittered, too.
  private static final double LATEST = 0.45;

  private final LinkThread thread;
  private final LiveTls tls;
  private final InstantSource clock;
  private final ClockCheck clockCheck;
  private final RandomGenerator random;
  private final Runnable changed;
  private final ReconnectDelay delay;

  private @Nullable Consumer<AgentMessage.Builder> control;
  private @Nullable CertificateSigningRequest asked;
  private LinkThread.@Nullable Timer timer;
  private LinkThread.@Nullable Timer end;
  private @Nullable Instant renewal;
  private boolean ended;
  private String failure = "";

  /**
   * @param changed run after each new identity, and when one has ended
   */
  Certification(
      LinkThread thread,
      LiveTls tls,
      InstantSource clock,
      ClockCheck clockCheck,
      RandomGenerator random,
      Runnable changed) {
    this.thread = thread;
    this.tls = tls;
    this.clock = clock;
    this.clockCheck = clockCheck;
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
    Instant over = svid.chain().get(0).getNotAfter().toInstant();
    if (now.isBefore(begin) || now.isAfter(over)) {
      String why =
          "what control has just issued is "
              + (now.isBefore(begin) ? "not valid yet" : "over")
              + " by this machine's clock";
      if (clockCheck.differs()) {
        // The one line that was said of the clock says more.
        Log.debug("no new certificate: " + why);
        again(delay.next());
      } else {
        failed(why + ": set it, or control's, by NTP");
      }
      return;
    }
    delay.succeeded();
    failure = "";
    Duration left = Duration.between(now, over);
    double share = EARLIEST + (LATEST - EARLIEST) * random.nextDouble();
    Instant due = now.plusNanos((long) (left.toNanos() * share));
    renewal = due;
    tls.identity(svid);
    if (ended) {
      ended = false;
      Log.info("certified again, as " + svid);
    } else {
      Log.debug("certified as " + svid);
    }
    endAt(svid, left);
    changed.run();
    askAt(due);
  }

  // Whether control is there or not.
  private void endAt(Svid svid, Duration left) {
    if (end != null) {
      end.cancel();
    }
    end =
        thread.after(
            left,
            () -> {
              ended = true;
              Log.warn(
                  "the certificate as "
                      + svid
                      + " is over and control has not renewed it: calls go in plaintext where that"
                      + " is let in, and fail where mutual TLS is demanded, until control is back");
              changed.run();
            });
  }

  private void failed(String why) {
    if (why.equals(failure)) {
      Log.debug("no new certificate: " + why);
    } else {
      Log.warn("no new certificate: " + why);
    }
    failure = why;
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
