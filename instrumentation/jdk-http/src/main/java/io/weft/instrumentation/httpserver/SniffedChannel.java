package io.weft.instrumentation.httpserver;

import io.weft.core.call.Alarms;
import io.weft.core.identity.MeshTls;
import io.weft.core.identity.Peer;
import io.weft.core.inbound.InboundGate;
import io.weft.core.log.Log;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * An accepted connection that speaks plaintext or the mesh's mutual TLS, whichever its first byte
 * says; the server sees plaintext either way. It reads and writes while the connection is blocking,
 * one thread each, as this server does.
 */
final class SniffedChannel extends SocketChannel {
  private enum Speech {
    UNHEARD,
    PLAINTEXT,
    TLS
  }

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final SocketChannel wire;
  private final Object writing = new Object();
  private volatile Speech speech = Speech.UNHEARD;
  private @Nullable SSLEngine engine;
  // Read from the wire and not yet understood; both in the state of being read from.
  private ByteBuffer encrypted = NOTHING;
  private ByteBuffer clear = NOTHING;
  private ByteBuffer text = NOTHING;
  private ByteBuffer out = NOTHING;
  private volatile Peer peer = Peer.UNKNOWN;
  private volatile MeshTls.@Nullable Watch watch;

  SniffedChannel(SocketChannel wire) {
    super(wire.provider());
    this.wire = wire;
  }

  /** Who is at the other end. */
  Peer peer() {
    return peer;
  }

  @Override
  public int read(ByteBuffer to) throws IOException {
    if (speech == Speech.UNHEARD && !listen()) {
      return -1;
    }
    if (speech == Speech.PLAINTEXT) {
      return clear.hasRemaining() ? move(clear, to) : wire.read(to);
    }
    while (!clear.hasRemaining()) {
      if (!understand() && !receive()) {
        return -1;
      }
    }
    return move(clear, to);
  }

  /** Bytes that can be read without waiting. */
  int pending() throws IOException {
    if (speech == Speech.TLS && !clear.hasRemaining()) {
      understand();
    }
    return clear.remaining();
  }

  /**
   * Waits for the first bytes, and shakes hands if they are TLS; whether the connection goes on.
   */
  private boolean listen() throws IOException {
    ByteBuffer first = ByteBuffer.allocate(16_384 + 2_048);
    if (wire.read(first) <= 0) {
      return false;
    }
    first.flip();
    if (first.get(0) != MeshTls.FIRST_BYTE) {
      clear = first;
      speech = Speech.PLAINTEXT;
      return admitted();
    }
    encrypted = first;
    Alarms.Alarm alarm =
        Alarms.shared()
            .at(
                System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(MeshTls.HANDSHAKE_MILLIS),
                this::giveUp);
    try {
      SSLEngine made = MeshTls.current().serverEngine("http/1.1");
      engine = made;
      out = ByteBuffer.allocate(made.getSession().getPacketBufferSize());
      speech = Speech.TLS;
      shake(made);
      peer = MeshTls.current().peer(made.getSession());
      watch = MeshTls.current().watch(peer, this::giveUp);
      return true;
    } catch (SSLException e) {
      farewell();
      wire.close();
      return false;
    } catch (RuntimeException | LinkageError e) {
      Log.warnOnce("a connection is closed, as the mesh's part in it fails: " + e);
      wire.close();
      return false;
    } finally {
      alarm.cancel();
    }
  }

  private boolean admitted() throws IOException {
    if (wire.getRemoteAddress() instanceof InetSocketAddress remote
        && wire.getLocalAddress() instanceof InetSocketAddress local
        && InboundGate.current()
            .admitsPlaintext(local.getPort(), remote.getAddress().getHostAddress())) {
      return true;
    }
    wire.close();
    return false;
  }

  private void shake(SSLEngine with) throws IOException {
    with.beginHandshake();
    while (true) {
      switch (with.getHandshakeStatus()) {
        case NEED_TASK -> tasks(with);
        case NEED_WRAP -> send(NOTHING);
        case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
          if (!understand() && !receive()) {
            throw new SSLException("the peer went away in the midst of the handshake");
          }
        }
        case FINISHED, NOT_HANDSHAKING -> {
          return;
        }
      }
    }
  }

  /** Decrypts one record of what is there; whether there was one. */
  private boolean understand() throws IOException {
    SSLEngine with = engine;
    if (with == null || !encrypted.hasRemaining()) {
      return false;
    }
    if (text.capacity() == 0) {
      text = ByteBuffer.allocate(with.getSession().getApplicationBufferSize());
    }
    // The same buffer as a rule, and with less than a record there is nothing new in it.
    clear = NOTHING;
    text.clear();
    while (true) {
      SSLEngineResult result = with.unwrap(encrypted, text);
      switch (result.getStatus()) {
        case BUFFER_OVERFLOW -> text = ByteBuffer.allocate(text.capacity() * 2);
        case BUFFER_UNDERFLOW -> {
          return false;
        }
        case CLOSED -> {
          encrypted = NOTHING;
          return false;
        }
        case OK -> {
          text.flip();
          clear = text;
          HandshakeStatus next = result.getHandshakeStatus();
          if (next == HandshakeStatus.NEED_TASK) {
            tasks(with);
          } else if (next == HandshakeStatus.NEED_WRAP && speaks(with)) {
            send(NOTHING); // A new key, or the answer to a farewell.
          }
          return result.bytesConsumed() > 0;
        }
      }
    }
  }

  private static boolean speaks(SSLEngine with) {
    return !with.isOutboundDone() && with.getHandshakeSession() == null;
  }

  /** Waits for more; false at the end. */
  private boolean receive() throws IOException {
    SSLEngine with = engine;
    if (with == null || with.isInboundDone()) {
      return false;
    }
    if (encrypted.capacity() == 0) {
      encrypted = ByteBuffer.allocate(with.getSession().getPacketBufferSize()).flip();
    }
    if (encrypted.remaining() == encrypted.capacity()) {
      throw new SSLException("a record larger than any may be");
    }
    encrypted.compact();
    int read = wire.read(encrypted);
    encrypted.flip();
    return read >= 0;
  }

  private static void tasks(SSLEngine of) {
    for (Runnable task = of.getDelegatedTask(); task != null; task = of.getDelegatedTask()) {
      task.run();
    }
  }

  @Override
  public int write(ByteBuffer from) throws IOException {
    if (speech != Speech.TLS) {
      return wire.write(from);
    }
    int length = from.remaining();
    while (from.hasRemaining()) {
      send(from);
    }
    return length;
  }

  private void send(ByteBuffer text) throws IOException {
    SSLEngine with = engine;
    if (with == null) {
      return;
    }
    synchronized (writing) {
      out.clear();
      SSLEngineResult result = with.wrap(text, out);
      if (result.getStatus() == SSLEngineResult.Status.BUFFER_OVERFLOW) {
        out = ByteBuffer.allocate(out.capacity() * 2);
        return;
      }
      if (result.getStatus() == SSLEngineResult.Status.CLOSED && result.bytesProduced() == 0) {
        throw new SSLException("the connection is closed");
      }
      out.flip();
      while (out.hasRemaining()) {
        wire.write(out);
      }
    }
  }

  @Override
  protected void implCloseSelectableChannel() throws IOException {
    MeshTls.Watch watched = watch;
    if (watched != null) {
      watched.over();
    }
    if (speech == Speech.TLS) {
      farewell();
    }
    wire.close();
  }

  // close_notify, or the alert that says what was wrong. Nobody waits until it is taken.
  private void farewell() {
    SSLEngine with = engine;
    if (with == null) {
      return;
    }
    try {
      with.closeOutbound();
      synchronized (writing) {
        while (!with.isOutboundDone()) {
          out.clear();
          SSLEngineResult result = with.wrap(NOTHING, out);
          out.flip();
          if (wire.write(out) == 0 || result.bytesProduced() == 0) {
            return;
          }
        }
      }
    } catch (IOException e) {
      // It is gone anyway.
    }
  }

  private void giveUp() {
    try {
      wire.close();
    } catch (IOException e) {
      // It is closed.
    }
  }

  private static int move(ByteBuffer from, ByteBuffer to) {
    int length = Math.min(from.remaining(), to.remaining());
    to.put(to.position(), from, from.position(), length);
    to.position(to.position() + length);
    from.position(from.position() + length);
    return length;
  }

  // All else is the wire's.

  @Override
  public long read(ByteBuffer[] to, int offset, int length) throws IOException {
    for (int i = offset; i < offset + length; i++) {
      if (to[i].hasRemaining()) {
        return read(to[i]);
      }
    }
    return 0;
  }

  @Override
  public long write(ByteBuffer[] from, int offset, int length) throws IOException {
    long written = 0;
    for (int i = offset; i < offset + length; i++) {
      written += write(from[i]);
    }
    return written;
  }

  @Override
  protected void implConfigureBlocking(boolean block) throws IOException {
    wire.configureBlocking(block);
  }

  @Override
  public SocketChannel bind(@Nullable SocketAddress local) throws IOException {
    wire.bind(local);
    return this;
  }

  @Override
  public <T> SocketChannel setOption(SocketOption<T> name, T value) throws IOException {
    wire.setOption(name, value);
    return this;
  }

  @Override
  public <T> T getOption(SocketOption<T> name) throws IOException {
    return wire.getOption(name);
  }

  @Override
  public Set<SocketOption<?>> supportedOptions() {
    return wire.supportedOptions();
  }

  @Override
  public SocketChannel shutdownInput() throws IOException {
    wire.shutdownInput();
    return this;
  }

  @Override
  public SocketChannel shutdownOutput() throws IOException {
    wire.shutdownOutput();
    return this;
  }

  @Override
  public Socket socket() {
    return wire.socket();
  }

  @Override
  public boolean isConnected() {
    return wire.isConnected();
  }

  @Override
  public boolean isConnectionPending() {
    return wire.isConnectionPending();
  }

  @Override
  public boolean connect(SocketAddress remote) throws IOException {
    return wire.connect(remote);
  }

  @Override
  public boolean finishConnect() throws IOException {
    return wire.finishConnect();
  }

  @Override
  public @Nullable SocketAddress getRemoteAddress() throws IOException {
    return wire.getRemoteAddress();
  }

  @Override
  public @Nullable SocketAddress getLocalAddress() throws IOException {
    return wire.getLocalAddress();
  }
}
