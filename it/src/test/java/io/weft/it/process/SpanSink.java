package io.weft.it.process;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;

/**
 * Takes spans by OTLP over HTTP and keeps what tests ask for. It reads the few fields it wants of
 * {@code opentelemetry/proto/trace/v1/trace.proto} off the wire. Of metrics, which it takes too, it
 * keeps what is sent as it is. Thread-safe.
 */
public final class SpanSink implements AutoCloseable {
  private final HttpServer server;
  private final List<Span> spans = new CopyOnWriteArrayList<>();
  private final List<String> metrics = new CopyOnWriteArrayList<>();

  private SpanSink(HttpServer server) {
    this.server = server;
  }

  /** Opens one on a free port. */
  public static SpanSink open() {
    try {
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      SpanSink sink = new SpanSink(server);
      server.createContext("/v1/traces", sink::take);
      server.createContext("/v1/metrics", sink::takeMetrics);
      server.setExecutor(Executors.newSingleThreadExecutor());
      server.start();
      return sink;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What an application's environment must say for its spans to arrive here at once. */
  public Map<String, String> exporterEnvironment() {
    return Map.of(
        "OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:" + server.getAddress().getPort(),
        "OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf",
        "OTEL_BSP_SCHEDULE_DELAY", "50");
  }

  /** Spans of a trace that have arrived. */
  public List<Span> of(String traceId) {
    return spans.stream().filter(span -> span.traceId().equals(traceId)).toList();
  }

  /** All spans that have arrived. */
  public List<Span> all() {
    return List.copyOf(spans);
  }

  /** Each export of metrics that has arrived, protobuf in which names and labels stand readable. */
  public List<String> metrics() {
    return List.copyOf(metrics);
  }

  private void takeMetrics(HttpExchange exchange) throws IOException {
    try (exchange) {
      metrics.add(
          new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.ISO_8859_1));
      exchange.sendResponseHeaders(200, -1);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private void take(HttpExchange exchange) throws IOException {
    try (exchange) {
      export(CodedInputStream.newInstance(exchange.getRequestBody().readAllBytes()));
      exchange.sendResponseHeaders(200, -1);
    }
  }

  private void export(CodedInputStream request) throws IOException {
    each(request, (field, message) -> each(message, this::resourceSpans));
  }

  private void resourceSpans(int field, CodedInputStream in) throws IOException {
    if (field == 2) {
      each(in, this::scopeSpans);
    }
  }

  private void scopeSpans(int field, CodedInputStream in) throws IOException {
    if (field == 2) {
      spans.add(Span.read(in));
    }
  }

  private interface Reader {
    void read(int field, CodedInputStream message) throws IOException;
  }

  /** Reads a message's fields that are messages, strings or bytes; passes over others. */
  private static void each(CodedInputStream in, Reader reader) throws IOException {
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
        reader.read(
            WireFormat.getTagFieldNumber(tag), CodedInputStream.newInstance(in.readByteArray()));
      } else {
        in.skipField(tag);
      }
    }
  }

  /**
   * One span.
   *
   * @param parent empty at a root
   * @param kind 2 for SERVER, 3 for CLIENT
   * @param status 2 for ERROR, 0 for unset
   */
  public record Span(
      String traceId,
      String id,
      String parent,
      String name,
      int kind,
      int status,
      Map<String, String> attributes,
      List<Event> events) {
    public static final int SERVER = 2;
    public static final int CLIENT = 3;
    public static final int ERROR = 2;

    /** An attribute's value, or "" if it is not there. */
    public String attribute(String key) {
      return attributes.getOrDefault(key, "");
    }

    /** What happened in it. */
    public record Event(String name, Map<String, String> attributes) {
      static Event read(CodedInputStream in) throws IOException {
        String name = "";
        Map<String, String> attributes = new HashMap<>();
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
          switch (WireFormat.getTagFieldNumber(tag)) {
            case 2 -> name = in.readString();
            case 3 -> attribute(CodedInputStream.newInstance(in.readByteArray()), attributes);
            default -> in.skipField(tag);
          }
        }
        return new Event(name, Map.copyOf(attributes));
      }
    }

    static Span read(CodedInputStream in) throws IOException {
      String traceId = "";
      String id = "";
      String parent = "";
      String name = "";
      int kind = 0;
      int status = 0;
      Map<String, String> attributes = new HashMap<>();
      List<Event> events = new ArrayList<>();
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        switch (WireFormat.getTagFieldNumber(tag)) {
          case 1 -> traceId = HexFormat.of().formatHex(in.readByteArray());
          case 2 -> id = HexFormat.of().formatHex(in.readByteArray());
          case 4 -> parent = HexFormat.of().formatHex(in.readByteArray());
          case 5 -> name = in.readString();
          case 6 -> kind = in.readEnum();
          case 9 -> attribute(CodedInputStream.newInstance(in.readByteArray()), attributes);
          case 11 -> events.add(Event.read(CodedInputStream.newInstance(in.readByteArray())));
          case 15 -> status = status(CodedInputStream.newInstance(in.readByteArray()));
          default -> in.skipField(tag);
        }
      }
      return new Span(
          traceId, id, parent, name, kind, status, Map.copyOf(attributes), List.copyOf(events));
    }

    private static void attribute(CodedInputStream in, Map<String, String> attributes)
        throws IOException {
      String key = "";
      String value = "";
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        if (WireFormat.getTagFieldNumber(tag) == 1) {
          key = in.readString();
        } else {
          value = value(CodedInputStream.newInstance(in.readByteArray()));
        }
      }
      attributes.put(key, value);
    }

    private static String value(CodedInputStream in) throws IOException {
      int tag = in.readTag();
      return switch (WireFormat.getTagFieldNumber(tag)) {
        case 1 -> in.readString();
        case 2 -> Boolean.toString(in.readBool());
        case 3 -> Long.toString(in.readInt64());
        default -> "";
      };
    }

    private static int status(CodedInputStream in) throws IOException {
      int code = 0;
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        if (WireFormat.getTagFieldNumber(tag) == 3) {
          code = in.readEnum();
        } else {
          in.skipField(tag);
        }
      }
      return code;
    }
  }
}
