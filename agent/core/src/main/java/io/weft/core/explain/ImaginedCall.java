package io.weft.core.explain;

import io.weft.api.v1.Header;
import io.weft.api.v1.ImaginedRequest;
import io.weft.core.call.HeaderEditor;
import io.weft.core.call.OutboundRequest;
import io.weft.core.call.Protocol;
import java.util.ArrayList;
import java.util.List;

/** A call that nobody has made yet. */
final class ImaginedCall implements OutboundRequest {
  private final ImaginedRequest request;

  ImaginedCall(ImaginedRequest request) {
    this.request = request;
  }

  @Override
  public Protocol protocol() {
    return request.getProtocol().equals("grpc") ? Protocol.GRPC : Protocol.HTTP;
  }

  @Override
  public String scheme() {
    return "http";
  }

  @Override
  public String method() {
    return request.getMethod();
  }

  @Override
  public String target() {
    return request.getTarget();
  }

  @Override
  public String authority() {
    return request.getAuthority();
  }

  @Override
  public String header(String name) {
    return ImaginedArrival.first(request.getHeadersList(), name);
  }

  @Override
  public boolean replayable() {
    return true;
  }

  /** Its headers, to be changed as a rule says. */
  static final class Editor implements HeaderEditor {
    private final List<Header> headers;

    Editor(List<Header> headers) {
      this.headers = new ArrayList<>(headers);
    }

    @Override
    public void set(String name, String value) {
      remove(name);
      add(name, value);
    }

    @Override
    public void add(String name, String value) {
      headers.add(Header.newBuilder().setName(name).setValue(value).build());
    }

    @Override
    public void remove(String name) {
      headers.removeIf(header -> header.getName().equalsIgnoreCase(name));
    }

    List<Header> headers() {
      return headers;
    }
  }
}
