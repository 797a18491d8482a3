package io.weft.instrumentation.httpserver;

import io.weft.core.call.Alarms;
import io.weft.core.identity.MeshTls;
import io.weft.core.identity.Peer;
import io.weft.core.identity.TlsRecord;
import io.weft.core.inbound.InboundGate;
import io.weft.core.registry.InFlight;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * A connection from where it is accepted to where it is known what it speaks, and with whom: until
 * then its server, which would keep a thread waiting for it, takes it for a silent one. Not a byte
 * is read beyond the first of plaintext or the last of the handshake, so that the server's own
 * selector sees the request come.
 *
 * <p>For the one thread that it was given to.
 */
final class Newcomer {
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final SocketChannel wire;
  private final SelectionKey serversKey;
  private final Handshakes handshakes;
  private final int localPort;
  private final String peerAddress;
  private @Nullable SelectionKey key;
  private Alarms.@Nullable Alarm alarm;
  private @Nullable SSLEngine engine;
  // The record that is coming, and how much of it is to be there before anything is done with it.
  private ByteBuffer record = ByteBuffer.allocate(TlsRecord.HEADER);
  private int wanted = 1;
  // To be read from.
  private ByteBuffer out = NOTHING;
  private boolean counted;
  private boolean known;

  private Newcomer(
      SocketChannel wire,
      SelectionKey serversKey,
      Handshakes handshakes,
      int localPort,
      String peerAddress) {
    this.wire = wire;
    this.serversKey = serversKey;
    this.handshakes = handshakes;
    this.localPort = localPort;
    this.peerAddress = peerAddress;
  }

  /** Takes a connection that its server has just accepted, on the server's thread. */
  static void take(SocketChannel wire, SelectionKey serversKey) throws IOException {
    serversKey.interestOps(0);
    SocketAddress remote = wire.getRemoteAddress();
    Handshakes handshakes = Handshakes.next();
    Newcomer newcomer =
        new Newcomer(
            wire,
            serversKey,
            handshakes,
            wire.socket().getLocalPort(),
            remote instanceof InetSocketAddress inet && inet.getAddress() != null
                ? inet.getAddress().getHostAddress()
                : "");
    handshakes.execute(newcomer::begin);
  }

  /** What its selection key says when there is something to read, or room to write. */
  void ready() {
    try {
      advance();
    } catch (IOException | RuntimeException | LinkageError e) {
      refuse(e);
    }
  }

  private void begin() {
    try {
      key = wire.register(handshakes.selector(), SelectionKey.OP_READ, this);
      if (InboundGate.current().demandsTls(localPort, peerAddress)) {
        arm();
      }
    } catch (IOException | RuntimeException | LinkageError e) {
      refuse(e);
    }
  }

  private void arm() {
    if (alarm == null) {
      alarm =
          Alarms.shared()
              .at(
                  System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(MeshTls.HANDSHAKE_MILLIS),
                  () -> handshakes.execute(this::late));
    }
  }

  private void late() {
    refuse(new SSLException("it took longer than " + MeshTls.HANDSHAKE_MILLIS + " ms"));
  }

  private void advance() throws IOException {
    while (!known && sent()) {
      SSLEngine with = engine;
      SSLEngineResult.HandshakeStatus next =
          with == null ? SSLEngineResult.HandshakeStatus.NEED_UNWRAP : with.getHandshakeStatus();
      switch (next) {
        case NEED_TASK -> tasks();
        case NEED_WRAP -> wrap();
        case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
          if (!receive()) {
            return;
          }
          unwrap();
        }
        case FINISHED, NOT_HANDSHAKING -> shaken();
      }
    }
  }

  /** Whether nothing waits to be sent. */
  private boolean sent() throws IOException {
    if (out.hasRemaining()) {
      wire.write(out);
    }
    SelectionKey own = key;
    if (own != null) {
      own.interestOps(out.hasRemaining() ? SelectionKey.OP_WRITE : SelectionKey.OP_READ);
    }
    return !out.hasRemaining();
  }

  /** Whether a whole record is there. */
  private boolean receive() throws IOException {
    while (record.position() < wanted) {
      record.limit(Math.min(wanted, record.capacity()));
      int came = wire.read(record);
      if (came < 0 && wanted == 1) {
        handOver(SniffedChannel.refused(wire));
        return false;
      }
      if (came < 0) {
        throw new SSLException("it went away in the midst of the handshake");
      }
      if (came == 0) {
        return false;
      }
      if (wanted == 1 && record.get(0) != MeshTls.FIRST_BYTE) {
        plaintext();
        return false;
      }
      if (wanted == 1) {
        arm();
        // A process that stops waits for whoever is about to ask something.
        InFlight.inbound().begin();
        counted = true;
        wanted = TlsRecord.HEADER;
      } else if (wanted == TlsRecord.HEADER && record.position() == wanted) {
        wanted = TlsRecord.length(record.get(3), record.get(4));
      }
      if (record.position() == record.capacity() && record.position() < wanted) {
        // Who only says that much will come is not to cost as much.
        record =
            ByteBuffer.allocate(Math.min(wanted, 4 * record.capacity() + 256)).put(record.flip());
      }
    }
    return true;
  }

  private void plaintext() {
    if (known) {
      return;
    }
    InboundGate gate = InboundGate.current();
    if (!gate.isSettled()) {
      // Nothing more is read until it is known what may come in.
      SelectionKey own = key;
      if (own != null) {
        own.interestOps(0);
      }
      gate.whenSettled(() -> handshakes.execute(this::plaintext));
      return;
    }
    if (gate.admitsPlaintext(localPort, peerAddress)) {
      handOver(SniffedChannel.plaintext(wire, record.flip()));
    } else {
      shut();
    }
  }

  private void unwrap() throws IOException {
    SSLEngine with = engine;
    if (with == null) {
      with = MeshTls.current().serverEngine("http/1.1");
      engine = with;
      with.beginHandshake();
    }
    record.flip();
    SSLEngineResult result = with.unwrap(record, handshakes.text());
    if (result.getStatus() != SSLEngineResult.Status.OK || record.hasRemaining()) {
      throw new SSLException("it does not go on with the handshake: " + result.getStatus());
    }
    record.clear();
    wanted = TlsRecord.HEADER;
  }

  private void tasks() {
    SSLEngine with = engine;
    if (with != null) {
      for (Runnable task = with.getDelegatedTask(); task != null; task = with.getDelegatedTask()) {
        task.run();
      }
    }
  }

  private void wrap() throws IOException {
    SSLEngine with = engine;
    if (with == null) {
      return;
    }
    ByteBuffer made = ByteBuffer.allocate(with.getSession().getPacketBufferSize());
    SSLEngineResult result = with.wrap(NOTHING, made);
    out = made.flip();
    if (result.getStatus() != SSLEngineResult.Status.OK) {
      throw new SSLException("there is no going on with the handshake: " + result.getStatus());
    }
  }

  private void shaken() throws IOException {
    SSLEngine with = engine;
    Peer peer = with == null ? Peer.UNKNOWN : MeshTls.current().peer(with.getSession());
    if (with == null || !peer.proven()) {
      throw new SSLException("it has not proven who it is");
    }
    handOver(SniffedChannel.secured(wire, with, peer));
  }

  private void refuse(Throwable why) {
    if (known) {
      return;
    }
    if (wire.isOpen()) {
      InboundGate.current().refusedHandshake(localPort, peerAddress, why);
    }
    SSLEngine with = engine;
    if (with != null) {
      SniffedChannel.farewell(wire, with);
    }
    shut();
  }

  // It is the server's to close: it finds that the other side has gone.
  private void shut() {
    try {
      wire.shutdownOutput();
      wire.shutdownInput();
    } catch (IOException e) {
      // It has.
    }
    handOver(SniffedChannel.refused(wire));
  }

  private void handOver(SniffedChannel as) {
    known = true;
    if (alarm != null) {
      alarm.cancel();
    }
    SelectionKey own = key;
    if (own != null) {
      own.cancel();
    }
    Connections.opened(wire, as);
    if (counted) {
      InFlight.inbound().end();
    }
    try {
      serversKey.interestOps(SelectionKey.OP_READ);
      Selector servers = serversKey.selector();
      servers.wakeup();
    } catch (CancelledKeyException e) {
      Connections.closed(wire);
    }
  }
}
