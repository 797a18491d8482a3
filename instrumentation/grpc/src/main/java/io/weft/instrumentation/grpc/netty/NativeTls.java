package io.weft.instrumentation.grpc.netty;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.weft.core.identity.TlsMaterial;
import io.weft.core.log.Log;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The mesh's TLS by BoringSSL, where the application's Netty brings that along, as the one in
 * gRPC's shaded transport does: gRPC would make TLS of its own with it too. A record costs less
 * than the JDK's and leaves next to nothing to collect. Whom to believe is for the mesh's own key
 * and trust managers with either, and no session is resumed: a client is not told whom it calls,
 * which is what sessions are kept by. Thread-safe.
 */
final class NativeTls {
  private static final boolean AVAILABLE = isAvailable();

  // With its identity a context is forgotten.
  private static final Map<TlsMaterial, SslContext> CLIENTS =
      Collections.synchronizedMap(new WeakHashMap<>());
  private static final Map<TlsMaterial, SslContext> SERVERS =
      Collections.synchronizedMap(new WeakHashMap<>());

  private NativeTls() {}

  /** What makes a client's side; null if the JDK is to. */
  static @Nullable SslHandler client(TlsMaterial material) {
    return handler(material, CLIENTS, SslContextBuilder.forClient().keyManager(material.key()));
  }

  /** What makes a server's side; null if the JDK is to. */
  static @Nullable SslHandler server(TlsMaterial material) {
    return handler(
        material,
        SERVERS,
        SslContextBuilder.forServer(material.key()).clientAuth(ClientAuth.REQUIRE));
  }

  private static @Nullable SslHandler handler(
      TlsMaterial material, Map<TlsMaterial, SslContext> known, SslContextBuilder builder) {
    if (!AVAILABLE) {
      return null;
    }
    try {
      SslContext context = known.get(material);
      if (context == null) {
        context =
            builder
                .sslProvider(SslProvider.OPENSSL)
                .trustManager(material.trust())
                .protocols(material.protocols())
                .applicationProtocolConfig(
                    new ApplicationProtocolConfig(
                        Protocol.ALPN,
                        SelectorFailureBehavior.NO_ADVERTISE,
                        SelectedListenerFailureBehavior.ACCEPT,
                        Handshake.HTTP_2))
                .sessionTimeout(1)
                .build();
        known.put(material, context);
      }
      return context.newHandler(ByteBufAllocator.DEFAULT);
    } catch (SSLException | RuntimeException e) {
      Log.warnOnce("the JDK makes gRPC's mutual TLS, as BoringSSL cannot: " + e);
      return null;
    }
  }

  // Of OpenSSL, which Netty can use as well, nothing is promised here.
  private static boolean isAvailable() {
    try {
      return OpenSsl.isAvailable()
          && "BoringSSL".equals(OpenSsl.versionString())
          && OpenSsl.supportsKeyManagerFactory()
          && SslProvider.isAlpnSupported(SslProvider.OPENSSL)
          && SslProvider.isTlsv13Supported(SslProvider.OPENSSL);
    } catch (RuntimeException | LinkageError e) {
      Log.debug("no BoringSSL: " + e);
      return false;
    }
  }
}
