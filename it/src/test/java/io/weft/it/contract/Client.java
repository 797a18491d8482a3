package io.weft.it.contract;

import io.weft.it.contract.app.ClientApp;
import io.weft.it.contract.app.Form;
import io.weft.it.process.JavaProcess;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;

/** An application that makes calls with one library. */
final class Client implements AutoCloseable {
  private final JavaProcess process;
  private final AtomicInteger calls = new AtomicInteger();

  Client(JavaProcess process) {
    this.process = process;
    process.awaitLine("^ready$");
  }

  /** The program that calls with a library. */
  static JavaProcess.Builder app(String library) {
    return JavaProcess.of(library)
        .main(List.of(TestApps.classes()), ClientApp.class.getName(), library);
  }

  JavaProcess process() {
    return process;
  }

  /** A call to be made. */
  Call call(String method, String url) {
    return new Call(method, url);
  }

  Answer get(String url) {
    return call("GET", url).send();
  }

  @Override
  public void close() {
    process.close();
  }

  /** What is sent. Not thread-safe. */
  final class Call {
    private final Map<String, String> fields = new TreeMap<>();
    private final String id = Integer.toString(calls.incrementAndGet());

    private Call(String method, String url) {
      fields.put("id", id);
      fields.put("method", method);
      fields.put("url", url);
    }

    Call header(String name, String value) {
      fields.put("header." + name, value);
      return this;
    }

    /** A body the library holds as a whole, so that it can be sent again. */
    Call body(int size) {
      return body(size, "whole");
    }

    /** A body of that size; {@code fixed} or {@code chunked} for one that streams. */
    Call body(int size, String mode) {
      fields.put("size", Integer.toString(size));
      fields.put("mode", mode);
      return this;
    }

    /** The library's own limit to waiting for an answer. */
    Call timeoutMillis(int millis) {
      fields.put("timeout", Integer.toString(millis));
      return this;
    }

    Call withoutRedirects() {
      fields.put("follow", "false");
      return this;
    }

    /** The application has a name and a password for who asks, and keeps cookies if it can. */
    Call known() {
      fields.put("known", "true");
      return this;
    }

    /** Tells how many threads were started until the library had the answer's head. */
    Call countingThreads() {
      fields.put("threads", "true");
      return this;
    }

    /** Tells how many tasks the library gave to the application's executor. */
    Call countingTasks() {
      fields.put("tasks", "true");
      return this;
    }

    /** After the body's first byte all is let go that the application does not hold. */
    Call collectingGarbage() {
      fields.put("collect", "true");
      return this;
    }

    /** Begins the call. */
    Call begin() {
      process.send(Form.encode(fields));
      return this;
    }

    /** Has the application give up the call. */
    void cancel() {
      process.send(Form.encode(Map.of("cancel", id)));
    }

    /** Waits until the first byte of the answer's body is read. */
    void awaitFirstByte() {
      process.awaitLine("^FIRST " + id + " byte$");
    }

    /** Waits for the end of a call that has begun. */
    Answer await() {
      Matcher line = process.awaitLine("^ANSWER " + id + " (.*)$");
      return new Answer(Form.decode(line.group(1)));
    }

    /** Makes the call. */
    Answer send() {
      return begin().await();
    }

    /** Makes the call on another thread. */
    CompletableFuture<Answer> sendAsync() {
      begin();
      return CompletableFuture.supplyAsync(this::await);
    }
  }

  /** What came of a call; fields that are not there are "". */
  record Answer(Map<String, String> fields) {
    int status() {
      return Integer.parseInt(fields.getOrDefault("status", "0"));
    }

    String header(String name) {
      return fields.getOrDefault("header." + name, "");
    }

    String body() {
      return fields.getOrDefault("body", "");
    }

    String field(String name) {
      return fields.getOrDefault(name, "");
    }

    String exception() {
      return field("exception");
    }

    /**
     * With any host in its texts as {@code HOST}, to be compared with what another host sent, and
     * with single blanks, as JDKs differ in those of their messages.
     */
    Map<String, String> anywhere() {
      Map<String, String> same = new TreeMap<>();
      fields.forEach(
          (name, value) ->
              same.put(
                  name,
                  value
                      .replaceAll("127\\.0\\.0\\.7\\d:\\d+|stock(:80)?", "HOST")
                      .replaceAll(" +", " ")));
      return same;
    }
  }
}
