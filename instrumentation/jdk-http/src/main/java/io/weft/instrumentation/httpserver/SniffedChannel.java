package io.weft.instrumentation.httpserver;

import io.weft.core.identity.MeshTls;
import io.weft.core.identity.Peer;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * A connection that speaks plaintext or the mesh's mutual TLS, as its {@link Newcomer} has found;
 * the server sees plaintext either way. It reads and writes while the connection is blocking, one
 * thread each, as this server does.
 */
final class SniffedChannel extends SocketChannel {
  private enum Speech {
    PLAINTEXT,
    TLS,
    /** Nothing that anybody is to hear. */
    REFUSED
  }

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final SocketChannel wire;
  private final Speech speech;
  private final @Nullable SSLEngine engine;
  private final Peer peer;
  private final Object writing = new Object();
  // Read from the wire and not yet understood; both in the state of being read from.
  private ByteBuffer encrypted = NOTHING;
  private ByteBuffer clear;
  private ByteBuffer text = NOTHING;
  private ByteBuffer out = NOTHING;
  private volatile MeshTls.@Nullable Watch watch;

  private SniffedChannel(
      SocketChannel wire, Speech speech, ByteBuffer clear, @Nullable SSLEngine engine, Peer peer) {
    super(wire.provider());
    this.wire = wire;
    this.speech = speech;
    this.clear = clear;
    this.engine = engine;
    this.peer = peer;
  }

  /**
   * Plaintext that may come in.
   *
   * @param read of it already
   */
  static SniffedChannel plaintext(SocketChannel wire, ByteBuffer read) {
    return new SniffedChannel(wire, Speech.PLAINTEXT, read, null, Peer.UNKNOWN);
  }

  /** Hands have been shaken. */
  static SniffedChannel secured(SocketChannel wire, SSLEngine engine, Peer peer) {
    SniffedChannel made = new SniffedChannel(wire, Speech.TLS, NOTHING, engine, peer);
    made.out = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
    made.watch = MeshTls.current().watch(peer, made::hangUp);
    return made;
  }

  /** At its end for whoever reads from it. */
  static SniffedChannel refused(SocketChannel wire) {
    return new SniffedChannel(wire, Speech.REFUSED, NOTHING, null, Peer.UNKNOWN);
  }

  /** Who is at the other end. */
  Peer peer() {
    return peer;
  }

  @Override
  public int read(ByteBuffer to) throws IOException {
    if (speech == Speech.REFUSED) {
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
    if (speech == Speech.REFUSED) {
      throw new ClosedChannelException();
    }
    if (speech == Speech.PLAINTEXT) {
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
    SSLEngine with = engine;
    if (with != null) {
      synchronized (writing) {
        farewell(wire, with);
      }
    }
    wire.close();
  }

  // It is the server's to close: it finds that the other side has gone.
  private void hangUp() {
    try {
      wire.shutdownOutput();
      wire.shutdownInput();
    } catch (IOException e) {
      // It has.
    }
  }

  /** close_notify, or the alert that says what was wrong. Nobody waits until it is taken. */
  static void farewell(SocketChannel wire, SSLEngine with) {
    try {
      with.closeOutbound();
      ByteBuffer last = ByteBuffer.allocate(with.getSession().getPacketBufferSize());
      while (!with.isOutboundDone()) {
        last.clear();
        SSLEngineResult result = with.wrap(NOTHING, last);
        if (wire.write(last.flip()) == 0 || result.bytesProduced() == 0) {
          return;
        }
      }
    } catch (IOException | RuntimeException e) {
      // It is gone anyway. The JDK's TLS throws once more what a handshake ended in, whatever that
      // was.
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
