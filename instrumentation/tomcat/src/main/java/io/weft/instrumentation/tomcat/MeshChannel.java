package io.weft.instrumentation.tomcat;

import io.weft.core.call.Alarms;
import io.weft.core.identity.MeshTls;
import io.weft.core.identity.Peer;
import io.weft.core.identity.TlsRecord;
import io.weft.core.inbound.InboundGate;
import io.weft.core.log.Log;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.apache.tomcat.util.net.NioEndpoint;
import org.apache.tomcat.util.net.SSLSupport;
import org.apache.tomcat.util.net.SecureNioChannel;
import org.apache.tomcat.util.net.SocketBufferHandler;
import org.apache.tomcat.util.net.SocketEvent;
import org.apache.tomcat.util.net.SocketProperties;
import org.apache.tomcat.util.net.jsse.JSSESupport;
import org.jspecify.annotations.Nullable;

/**
 * A connection of a plain connector that speaks plaintext or the mesh's mutual TLS, whichever its
 * first byte says. Tomcat takes it for one of TLS and asks it to shake hands before anything else;
 * its own TLS does the rest.
 */
final class MeshChannel extends SecureNioChannel {
  private enum Speech {
    UNHEARD,
    PLAINTEXT,
    TLS
  }

  // Most connections of most servers are plaintext, and strangers' need no more than this either.
  private static final int FIRST_BYTES = 512;

  private final NioEndpoint endpoint;
  private final String[] protocols;
  private Speech speech = Speech.UNHEARD;
  private @Nullable Peer peer;
  private Alarms.@Nullable Alarm alarm;
  private MeshTls.@Nullable Watch watch;

  private MeshChannel(SocketBufferHandler buffers, NioEndpoint endpoint, String[] protocols) {
    super(buffers, endpoint);
    this.endpoint = endpoint;
    this.protocols = protocols;
  }

  static MeshChannel of(NioEndpoint endpoint) {
    SocketProperties properties = endpoint.getSocketProperties();
    return new MeshChannel(
        new SocketBufferHandler(
            properties.getAppReadBufSize(),
            properties.getAppWriteBufSize(),
            properties.getDirectBuffer()),
        endpoint,
        TomcatProtocols.of(endpoint));
  }

  /** Who is at the other end. */
  Peer peer() {
    Peer known = peer;
    if (known == null) {
      SSLEngine engine = sslEngine;
      known =
          speech == Speech.TLS && engine != null
              ? MeshTls.current().peer(engine.getSession())
              : Peer.UNKNOWN;
      peer = known;
    }
    return known;
  }

  // Tomcat uses a channel for one connection after the other.
  @Override
  public void reset(@Nullable SocketChannel channel, NioEndpoint.@Nullable NioSocketWrapper wrapper)
      throws IOException {
    if (speech != Speech.TLS) {
      boolean direct = endpoint.getSocketProperties().getDirectSslBuffer();
      netInBuffer = allocate(FIRST_BYTES, direct);
      netOutBuffer = allocate(0, direct);
    }
    super.reset(channel, wrapper);
    unwatch();
    speech = Speech.UNHEARD;
    peer = null;
    disarm();
    // Newer ones take leave of a connection that has ended like this, too.
    if (wrapper != null && InboundGate.current().demandsTls(localPort(), peerAddress())) {
      arm(wrapper);
    }
  }

  @Override
  public int handshake(boolean read, boolean write) throws IOException {
    try {
      if (speech == Speech.UNHEARD) {
        int wanted = listen();
        if (wanted != 0) {
          return wanted;
        }
      }
      if (speech == Speech.PLAINTEXT) {
        return 0;
      }
      int wanted = shake(read, write);
      if (wanted == 0) {
        disarm();
        SocketChannel open = sc;
        watch = MeshTls.current().watch(peer(), () -> hangUp(open));
      }
      return wanted;
    } catch (IOException e) {
      InboundGate.current().refusedHandshake(localPort(), peerAddress(), e);
      throw e;
    } catch (RuntimeException | LinkageError e) {
      Log.warnOnce("a connection is closed, as the mesh's part in it fails: " + e);
      return -1;
    }
  }

  // What a peer sends out of place can end in any exception of the JDK's TLS, not only in one of
  // its own.
  private int shake(boolean read, boolean write) throws IOException {
    try {
      return super.handshake(read, write);
    } catch (RuntimeException e) {
      throw new SSLException("the JDK's TLS cannot take what was sent: " + e, e);
    }
  }

  /** Finds out what is spoken; what is to be waited for before that, as Tomcat has it. */
  private int listen() throws IOException {
    while (true) {
      int came = sc.read(netInBuffer);
      if (netInBuffer.position() == 0) {
        return came < 0 ? -1 : SelectionKey.OP_READ;
      }
      if (netInBuffer.get(0) != MeshTls.FIRST_BYTE) {
        return plaintext();
      }
      arm(socketWrapper);
      int missing = missing();
      if (missing == 0) {
        beginTls();
        return 0;
      }
      if (came < 0) {
        throw new SSLException("it went away in the midst of the handshake");
      }
      if (netInBuffer.hasRemaining()) {
        return SelectionKey.OP_READ;
      }
      // Who only says that much will come is not to cost as much.
      netInBuffer = grown(netInBuffer, netInBuffer.capacity() + Math.min(missing, 2_048));
    }
  }

  /** How much of the first record is. Who has not sent a whole one is worth no engine. */
  private int missing() throws SSLException {
    int there = netInBuffer.position();
    int whole =
        there < TlsRecord.HEADER
            ? TlsRecord.HEADER
            : TlsRecord.length(netInBuffer.get(3), netInBuffer.get(4));
    return Math.max(0, whole - there);
  }

  private int plaintext() {
    if (!InboundGate.current().admitsPlaintext(localPort(), peerAddress())) {
      return -1;
    }
    disarm();
    speech = Speech.PLAINTEXT;
    handshakeComplete = true;
    netInBuffer.flip();
    return 0;
  }

  private void beginTls() throws IOException {
    SSLEngine engine = MeshTls.current().serverEngine(protocols);
    int packet = engine.getSession().getPacketBufferSize();
    getBufHandler().expand(engine.getSession().getApplicationBufferSize());
    // Tomcat takes a buffer that is quite full for one that is used up.
    netInBuffer = grown(netInBuffer, Math.max(packet, netInBuffer.position() + 1));
    netOutBuffer = grown(netOutBuffer, packet);
    netOutBuffer.position(0).limit(0);
    sslEngine = engine;
    engine.beginHandshake();
    handshakeStatus = engine.getHandshakeStatus();
    // What Tomcat looks for there has been decided here.
    sniComplete = true;
    speech = Speech.TLS;
  }

  private void arm(NioEndpoint.NioSocketWrapper wrapper) {
    if (alarm == null) {
      alarm =
          Alarms.shared()
              .at(
                  System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(MeshTls.HANDSHAKE_MILLIS),
                  () -> late(wrapper));
    }
  }

  // By way of Tomcat, which counts its connections.
  private void late(NioEndpoint.NioSocketWrapper wrapper) {
    if (wrapper.isClosed() || handshakeComplete) {
      return;
    }
    InboundGate.current()
        .refusedHandshake(
            localPort(),
            peerAddress(),
            new SSLException("it took longer than " + MeshTls.HANDSHAKE_MILLIS + " ms"));
    if (!endpoint.processSocket(wrapper, SocketEvent.ERROR, true)) {
      wrapper.close();
    }
  }

  // Not closed: Tomcat then finds its end by itself, and counts its connections right.
  private static void hangUp(SocketChannel open) {
    try {
      open.shutdownOutput();
      open.shutdownInput();
    } catch (IOException e) {
      // It is closed.
    }
  }

  private void unwatch() {
    MeshTls.Watch set = watch;
    watch = null;
    if (set != null) {
      set.over();
    }
  }

  private void disarm() {
    Alarms.Alarm set = alarm;
    alarm = null;
    if (set != null) {
      set.cancel();
    }
  }

  private int localPort() {
    return sc.socket().getLocalPort();
  }

  private String peerAddress() {
    InetAddress remote = sc.socket().getInetAddress();
    return remote == null ? "" : remote.getHostAddress();
  }

  private static ByteBuffer grown(ByteBuffer buffer, int size) {
    if (buffer.capacity() >= size) {
      return buffer;
    }
    return allocate(size, buffer.isDirect()).put(buffer.flip());
  }

  private static ByteBuffer allocate(int size, boolean direct) {
    return direct ? ByteBuffer.allocateDirect(size) : ByteBuffer.allocate(size);
  }

  @Override
  public @Nullable SSLSupport getSSLSupport() {
    SSLEngine engine = sslEngine;
    return speech == Speech.TLS && engine != null
        ? new JSSESupport(engine.getSession(), Map.of())
        : null;
  }

  @Override
  public int read(ByteBuffer to) throws IOException {
    if (speech != Speech.PLAINTEXT) {
      return super.read(to);
    }
    if (!netInBuffer.hasRemaining()) {
      return sc.read(to);
    }
    int length = Math.min(netInBuffer.remaining(), to.remaining());
    ByteBuffer part = netInBuffer.duplicate();
    part.limit(part.position() + length);
    to.put(part);
    netInBuffer.position(netInBuffer.position() + length);
    return length;
  }

  @Override
  public long read(ByteBuffer[] to, int offset, int length) throws IOException {
    if (speech != Speech.PLAINTEXT) {
      return super.read(to, offset, length);
    }
    if (!netInBuffer.hasRemaining()) {
      return sc.read(to, offset, length);
    }
    for (int i = offset; i < offset + length; i++) {
      if (to[i].hasRemaining()) {
        return read(to[i]);
      }
    }
    return 0;
  }

  @Override
  public int write(ByteBuffer from) throws IOException {
    return speech == Speech.PLAINTEXT ? sc.write(from) : super.write(from);
  }

  @Override
  public long write(ByteBuffer[] from, int offset, int length) throws IOException {
    return speech == Speech.PLAINTEXT
        ? sc.write(from, offset, length)
        : super.write(from, offset, length);
  }

  @Override
  public boolean flushOutbound() throws IOException {
    return speech != Speech.TLS || super.flushOutbound();
  }

  @Override
  public int getOutboundRemaining() {
    return speech == Speech.TLS ? super.getOutboundRemaining() : 0;
  }

  @Override
  public void close() throws IOException {
    disarm();
    unwatch();
    if (speech != Speech.TLS) {
      sc.close();
      return;
    }
    try {
      super.close();
    } catch (RuntimeException e) {
      // The JDK's TLS throws once more what a handshake ended in. It is over anyway.
    }
  }

  @Override
  public void close(boolean force) throws IOException {
    disarm();
    unwatch();
    if (speech == Speech.TLS) {
      super.close(force);
    } else {
      sc.close();
    }
  }
}
