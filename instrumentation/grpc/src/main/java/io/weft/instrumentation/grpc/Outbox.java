package io.weft.instrumentation.grpc;

import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.weft.core.call.ReplayBudget;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * What the application has sent of a call, kept for an attempt that is to come as long as it fits.
 * Confined to the turns of its call, but for {@link #isWhole} and {@link #isHalfClosed}.
 */
final class Outbox<Q> {
  // What a message costs beside its bytes.
  private static final int LEAST = 256;
  private static final int TOO_MUCH = ReplayBudget.CALL_BYTES + 1;

  private final MethodDescriptor<Q, ?> method;
  private final ReplayBudget.Share share = ReplayBudget.ofThisProcess().share();
  private final List<Q> messages = new ArrayList<>(1);
  private volatile boolean whole = true;
  private volatile boolean halfClosed;

  Outbox(MethodDescriptor<Q, ?> method) {
    this.method = method;
  }

  /** Whether everything sent is still here. */
  boolean isWhole() {
    return whole;
  }

  boolean isHalfClosed() {
    return halfClosed;
  }

  List<Q> messages() {
    return messages;
  }

  /** Keeps a message. */
  void add(Q message) {
    if (whole) {
      messages.add(message);
      whole = share.take(size(message));
      if (!whole) {
        share.release();
      }
    }
  }

  /** Keeps a message that no attempt has had yet, whether or not it may be sent twice. */
  void addUnsent(Q message) {
    if (whole) {
      add(message);
    } else {
      messages.add(message);
    }
  }

  void halfClose() {
    halfClosed = true;
  }

  /** An attempt has all of it: what must not be kept is let go. */
  void sent() {
    if (!whole) {
      messages.clear();
    }
  }

  /** No other attempt will want it. */
  void release() {
    whole = false;
    messages.clear();
    share.release();
  }

  // More than may be kept where that is so, or where the message can be read but once.
  private int size(Q message) {
    if (message instanceof InputStream) {
      return TOO_MUCH;
    }
    try (InputStream bytes = method.streamRequest(message)) {
      int size =
          bytes instanceof KnownLength ? bytes.available() : bytes.readNBytes(TOO_MUCH).length;
      return Math.max(LEAST, size);
    } catch (IOException e) {
      return TOO_MUCH;
    }
  }
}
