package io.weft.instrumentation.httpserver;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.Arrays;
import java.util.Deque;
import java.util.Set;

/** A connection whose bytes come in given pieces, and that takes whatever is written. */
final class PiecemealChannel extends SocketChannel {
  private static final SocketAddress ADDRESS =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 8080);

  private final Deque<byte[]> pieces;
  private int mostAsked;

  PiecemealChannel(Deque<byte[]> pieces) {
    super(SelectorProvider.provider());
    this.pieces = pieces;
  }

  /** How many bytes a read had place for at most. */
  int mostAsked() {
    return mostAsked;
  }

  @Override
  public int read(ByteBuffer to) throws IOException {
    if (!isOpen()) {
      throw new ClosedChannelException();
    }
    mostAsked = Math.max(mostAsked, to.remaining());
    byte[] piece = pieces.poll();
    if (piece == null) {
      return -1;
    }
    int length = Math.min(piece.length, to.remaining());
    to.put(piece, 0, length);
    if (length < piece.length) {
      pieces.addFirst(Arrays.copyOfRange(piece, length, piece.length));
    }
    return length;
  }

  @Override
  public int write(ByteBuffer from) throws IOException {
    if (!isOpen()) {
      throw new ClosedChannelException();
    }
    int length = from.remaining();
    from.position(from.limit());
    return length;
  }

  @Override
  public long read(ByteBuffer[] to, int offset, int length) throws IOException {
    return read(to[offset]);
  }

  @Override
  public long write(ByteBuffer[] from, int offset, int length) throws IOException {
    return write(from[offset]);
  }

  @Override
  public SocketAddress getRemoteAddress() {
    return ADDRESS;
  }

  @Override
  public SocketAddress getLocalAddress() {
    return ADDRESS;
  }

  @Override
  protected void implCloseSelectableChannel() {}

  @Override
  protected void implConfigureBlocking(boolean block) {}

  @Override
  public SocketChannel bind(SocketAddress local) {
    return this;
  }

  @Override
  public <T> SocketChannel setOption(SocketOption<T> name, T value) {
    return this;
  }

  @Override
  public <T> T getOption(SocketOption<T> name) {
    throw new UnsupportedOperationException(name.name());
  }

  @Override
  public Set<SocketOption<?>> supportedOptions() {
    return Set.of();
  }

  @Override
  public SocketChannel shutdownInput() {
    return this;
  }

  @Override
  public SocketChannel shutdownOutput() {
    return this;
  }

  @Override
  public Socket socket() {
    throw new UnsupportedOperationException("socket");
  }

  @Override
  public boolean isConnected() {
    return true;
  }

  @Override
  public boolean isConnectionPending() {
    return false;
  }

  @Override
  public boolean connect(SocketAddress remote) {
    return true;
  }

  @Override
  public boolean finishConnect() {
    return true;
  }
}
