package io.weft.core.call;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** A request of an application that exists only to be told of. */
public final class FakeRequest implements OutboundRequest {

  private final Map<String, String> headers = new LinkedHashMap<>();
  private final String method;
  private final String target;
  private Protocol protocol = Protocol.HTTP;
  private String scheme = "http";
  private String authority = "stock:8080";
  private boolean replayable = true;
  private boolean streaming;
  private boolean failing;

  private FakeRequest(String method, String target) {
    this.method = method;
    this.target = target;
  }

  public static FakeRequest get(String target) {
    return new FakeRequest("GET", target);
  }

  static FakeRequest post(String target) {
    return new FakeRequest("POST", target);
  }

  static FakeRequest of(String method, String target) {
    return new FakeRequest(method, target);
  }

  static FakeRequest grpc() {
    FakeRequest request = post("/stock.Stock/Reserve");
    request.protocol = Protocol.GRPC;
    return request;
  }

  FakeRequest header(String name, String value) {
    headers.put(name.toLowerCase(Locale.ROOT), value);
    return this;
  }

  FakeRequest to(String host) {
    authority = host;
    return this;
  }

  FakeRequest by(String otherScheme) {
    scheme = otherScheme;
    return this;
  }

  /** Its body was not kept. */
  FakeRequest oneShot() {
    replayable = false;
    return this;
  }

  FakeRequest endless() {
    streaming = true;
    return this;
  }

  /** To be asked for a header is too much for it. */
  FakeRequest failing() {
    failing = true;
    return this;
  }

  @Override
  public Protocol protocol() {
    return protocol;
  }

  @Override
  public String scheme() {
    return scheme;
  }

  @Override
  public String method() {
    return method;
  }

  @Override
  public String target() {
    return target;
  }

  @Override
  public String authority() {
    return authority;
  }

  @Override
  public String header(String name) {
    if (failing) {
      throw new IllegalStateException("fault");
    }
    return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
  }

  @Override
  public boolean replayable() {
    return replayable;
  }

  @Override
  public boolean hedgeable() {
    return replayable;
  }

  @Override
  public boolean streaming() {
    return streaming;
  }
}
