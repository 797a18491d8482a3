package io.weft.it.contract.app;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.InterruptedIOException;
import java.lang.ref.Cleaner;
import java.net.Authenticator;
import java.net.PasswordAuthentication;
import java.nio.charset.StandardCharsets;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Makes calls with the client that its argument names. Each line of standard input is one call, a
 * {@link Form}, made on a thread of its own; the answer is a line {@code ANSWER id form}.
 */
public final class ClientApp {
  static final Authenticator AUTHENTICATOR =
      new Authenticator() {
        @Override
        protected PasswordAuthentication getPasswordAuthentication() {
          return new PasswordAuthentication("me", "secret".toCharArray());
        }
      };

  private static final int SHORT = 2_000;

  private ClientApp() {}

  /** A client library. */
  interface Caller {
    /**
     * Makes one call.
     *
     * @param call url and method; header.X; body of size bytes, sent as mode says (whole, fixed,
     *     chunked); timeout in milliseconds; follow; known, with an authenticator
     * @param answer to be filled as far as the call comes
     */
    void call(Map<String, String> call, Map<String, String> answer) throws Exception;

    /** Gives up a call that is under way, if the library has a way to. */
    default void cancel(String id) {
      throw new UnsupportedOperationException();
    }
  }

  public static void main(String[] args) throws IOException {
    Caller caller = caller(args[0]);
    ExecutorService threads = Threads.perTask();
    System.out.println("ready");
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      Map<String, String> call = Form.decode(line);
      if (call.containsKey("cancel")) {
        caller.cancel(call.get("cancel"));
      } else {
        threads.execute(() -> answer(caller, call));
      }
    }
    System.exit(0);
  }

  /** One that calls with a library. */
  static Caller caller(String library) {
    return switch (library) {
      case "HttpURLConnection" -> new UrlConnectionCaller();
      case "HttpClient-1.1" ->
          new HttpClientCaller(java.net.http.HttpClient.Version.HTTP_1_1, false);
      case "HttpClient-async" ->
          new HttpClientCaller(java.net.http.HttpClient.Version.HTTP_1_1, true);
      case "HttpClient-2" -> new HttpClientCaller(java.net.http.HttpClient.Version.HTTP_2, false);
      default -> throw new IllegalArgumentException(library);
    };
  }

  private static void answer(Caller caller, Map<String, String> call) {
    Map<String, String> answer = new TreeMap<>();
    try {
      caller.call(call, answer);
    } catch (ExecutionException e) {
      answer.put("exception", String.valueOf(e.getCause()));
    } catch (Exception | LinkageError e) {
      answer.put("exception", e.toString());
    }
    System.out.println("ANSWER " + call.get("id") + " " + Form.encode(answer));
  }

  /** Returns once what nothing holds any more has been let go. */
  private static void collectGarbage() throws IOException {
    CountDownLatch gone = new CountDownLatch(2);
    for (int i = 0; i < 2; i++) {
      Cleaner.create().register(new Object(), gone::countDown);
    }
    try {
      do {
        System.gc();
      } while (!gone.await(100, TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      throw new InterruptedIOException();
    }
  }

  /** The body a call sends. */
  static byte[] body(Map<String, String> call) {
    byte[] body = new byte[Integer.parseInt(call.get("size"))];
    for (int i = 0; i < body.length; i++) {
      body[i] = (byte) ('a' + i % 26);
    }
    return body;
  }

  /** Reads a body to its end: its size, its hash, and its text if that is short. */
  static void read(InputStream body, Map<String, String> call, Map<String, String> answer)
      throws IOException {
    try (DigestInputStream in = new DigestInputStream(body, MessageDigest.getInstance("SHA-256"))) {
      byte[] start = in.readNBytes(1);
      if (call.containsKey("collect")) {
        collectGarbage();
      }
      if (start.length > 0 && call.containsKey("id")) {
        System.out.println("FIRST " + call.get("id") + " byte");
      }
      StringBuilder text = new StringBuilder(new String(start, StandardCharsets.UTF_8));
      long size = start.length;
      byte[] buffer = new byte[16_384];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        size += n;
        if (size <= SHORT) {
          text.append(new String(buffer, 0, n, StandardCharsets.UTF_8));
        }
        answer.put("read", Long.toString(size));
      }
      answer.put("size", Long.toString(size));
      answer.put("sha256", HexFormat.of().formatHex(in.getMessageDigest().digest()));
      if (size <= SHORT) {
        answer.put("body", text.toString());
      }
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
