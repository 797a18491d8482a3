package io.weft.it.contract;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who writes requests byte by byte, as no library would let him: in plaintext, or over
 * mutual TLS with a certificate that the mesh's authority has signed. One connection for each
 * request.
 */
final class Visitor {
  private static final int PATIENCE_MILLIS = 60_000;
  private static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private final @Nullable SSLContext tls;
  private final String from;

  private Visitor(@Nullable SSLContext tls, String from) {
    this.tls = tls;
    this.from = from;
  }

  /** One without a name. */
  static Visitor stranger() {
    return new Visitor(null, "127.0.0.1");
  }

  /** The same who comes from another address of loopback. */
  Visitor from(String address) {
    return new Visitor(tls, address);
  }

  /** One whom the mesh knows as {@code namespace/principal}. */
  static Visitor known(ContractMesh mesh, String namespace, String principal) {
    try {
      Path folder = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "visitor");
      Process openssl =
          new ProcessBuilder(
                  ("openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=x"
                          + " -keyout key.pem -out request.pem")
                      .split(" "))
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("openssl.log").toFile())
              .start();
      if (openssl.waitFor() != 0) {
        throw new AssertionError(Files.readString(folder.resolve("openssl.log")));
      }
      String chain =
          mesh.weft(
              "ca",
              "sign",
              "--csr",
              folder.resolve("request.pem").toString(),
              "--namespace",
              namespace,
              "--principal",
              principal);
      return new Visitor(
          tls(Files.readString(folder.resolve("key.pem")), chain, mesh.weft("ca", "bundle")),
          "127.0.0.1");
    } catch (IOException | GeneralSecurityException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /**
   * Sends a head of HTTP/1.1 whose lines are given, as they are, in ISO 8859-1, and returns all
   * that comes back until the connection is closed.
   */
  String says(int port, String... lines) throws IOException {
    try (Socket socket = connect(port, "http/1.1")) {
      socket
          .getOutputStream()
          .write(
              (String.join("\r\n", lines) + "\r\nConnection: close\r\n\r\n")
                  .getBytes(StandardCharsets.ISO_8859_1));
      return new String(all(socket.getInputStream()), StandardCharsets.ISO_8859_1);
    }
  }

  /**
   * Sends a head of HTTP/2 with fields {@code name: value}, as they are, and returns the bodies
   * that come back; empty if the stream or the connection is refused.
   */
  String says2(int port, String... fields) throws IOException {
    try (Socket socket = connect(port, "h2")) {
      ByteArrayOutputStream block = new ByteArrayOutputStream();
      for (String field : fields) {
        int colon = field.indexOf(": ", 1);
        // RFC 7541, 6.2.2: literal without indexing, new name.
        block.write(0);
        literal(block, field.substring(0, colon));
        literal(block, field.substring(colon + 2));
      }
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      out.write(PREFACE);
      frame(out, 4, 0, 0, new byte[0]);
      frame(out, 1, 5, 1, block.toByteArray());
      socket.getOutputStream().write(out.toByteArray());
      return bodies(new DataInputStream(socket.getInputStream()));
    }
  }

  private static void literal(ByteArrayOutputStream block, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    if (bytes.length >= 127) {
      throw new AssertionError(text + " is too long");
    }
    block.write(bytes.length);
    block.writeBytes(bytes);
  }

  // RFC 9113, 4.1.
  private static void frame(
      ByteArrayOutputStream out, int type, int flags, int stream, byte[] payload) {
    out.write(payload.length >> 16);
    out.write(payload.length >> 8);
    out.write(payload.length);
    out.write(type);
    out.write(flags);
    out.writeBytes(new byte[] {0, 0, 0, (byte) stream});
    out.writeBytes(payload);
  }

  private static String bodies(DataInputStream in) {
    StringBuilder bodies = new StringBuilder();
    try {
      while (true) {
        int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
        int type = in.readUnsignedByte();
        int flags = in.readUnsignedByte();
        int stream = in.readInt();
        byte[] payload = in.readNBytes(length);
        if (type == 0) {
          bodies.append(new String(payload, StandardCharsets.ISO_8859_1));
        }
        boolean ended = stream == 1 && (flags & 1) != 0 && type <= 1;
        // RST_STREAM and GOAWAY.
        if (ended || type == 3 || type == 7) {
          return bodies.toString();
        }
      }
    } catch (IOException e) {
      // It was closed.
      return bodies.toString();
    }
  }

  // A server may close before it has read all: what came until then counts.
  private static byte[] all(InputStream in) {
    ByteArrayOutputStream read = new ByteArrayOutputStream();
    try {
      for (int next = in.read(); next >= 0; next = in.read()) {
        read.write(next);
      }
    } catch (java.net.SocketTimeoutException e) {
      throw new AssertionError("no answer but " + read, e);
    } catch (IOException e) {
      // As above.
    }
    return read.toByteArray();
  }

  private Socket connect(int port, String protocol) throws IOException {
    Socket plain = new Socket();
    plain.bind(new InetSocketAddress(InetAddress.getAllByName(from)[0], 0));
    plain.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    plain.setSoTimeout(PATIENCE_MILLIS);
    if (tls == null) {
      return plain;
    }
    SSLSocket secure = (SSLSocket) tls.getSocketFactory().createSocket(plain, "weft", port, true);
    SSLParameters parameters = secure.getSSLParameters();
    parameters.setApplicationProtocols(new String[] {protocol});
    secure.setSSLParameters(parameters);
    return secure;
  }

  private static SSLContext tls(String key, String chain, String roots)
      throws GeneralSecurityException, IOException {
    CertificateFactory certificates = CertificateFactory.getInstance("X.509");
    KeyStore own = KeyStore.getInstance("PKCS12");
    own.load(null, null);
    own.setKeyEntry(
        "own",
        KeyFactory.getInstance("EC")
            .generatePrivate(
                new PKCS8EncodedKeySpec(
                    Base64.getMimeDecoder().decode(key.replaceAll("-----[A-Z ]+-----", "")))),
        new char[0],
        certificates
            .generateCertificates(new ByteArrayInputStream(pem(chain)))
            .toArray(Certificate[]::new));
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(own, new char[0]);
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    for (Certificate root :
        certificates.generateCertificates(new ByteArrayInputStream(pem(roots)))) {
      trusted.setCertificateEntry("root" + trusted.size(), root);
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }

  // Without what the command says beside it.
  private static byte[] pem(String text) {
    int begin = Math.max(0, text.indexOf("-----BEGIN"));
    return text.substring(begin).getBytes(StandardCharsets.US_ASCII);
  }
}
