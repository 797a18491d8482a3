package io.weft.instrumentation.tomcat;

import io.weft.core.call.Protocol;
import io.weft.core.identity.Peer;
import io.weft.core.inbound.InboundRequest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import org.apache.coyote.ActionCode;
import org.apache.coyote.Request;
import org.apache.tomcat.util.buf.ByteChunk;
import org.apache.tomcat.util.buf.MessageBytes;

/** A request as its connector sees it, before any mapping. */
record TomcatRequest(Request request, Peer peer) implements InboundRequest {
  @Override
  public Protocol protocol() {
    return Protocol.HTTP;
  }

  @Override
  public String method() {
    return text(request.method());
  }

  @Override
  public String target() {
    String query = text(request.queryString());
    String path = text(request.requestURI());
    return query.isEmpty() ? path : path + "?" + query;
  }

  @Override
  public String scheme() {
    // Until a request is mapped, its scheme is set for TLS and HTTP/2 alone.
    return request.scheme().isNull() ? "http" : text(request.scheme());
  }

  @Override
  public String header(String name) {
    MessageBytes value = request.getMimeHeaders().getValue(name);
    return value != null ? headerText(value) : isHost(name) ? authority() : "";
  }

  @Override
  public List<String> headers(String name) {
    Enumeration<String> values = request.getMimeHeaders().values(name);
    List<String> all = values.hasMoreElements() ? Collections.list(values) : List.of();
    if (!isHost(name) || authority().isEmpty() || all.contains(authority())) {
      return all;
    }
    List<String> both = new ArrayList<>(all);
    both.add(authority());
    return both;
  }

  private static boolean isHost(String name) {
    return name.equalsIgnoreCase("host");
  }

  // HTTP/2 says in :authority what HTTP/1.1 says in Host; Tomcat keeps it elsewhere.
  private String authority() {
    if (!request.protocol().equals("HTTP/2.0")) {
      return "";
    }
    int port = request.getServerPort();
    return text(request.serverName()) + (port > 0 ? ":" + port : "");
  }

  @Override
  public String peerAddress() {
    request.action(ActionCode.REQ_HOST_ADDR_ATTRIBUTE, request);
    return text(request.remoteAddr());
  }

  @Override
  public int localPort() {
    request.action(ActionCode.REQ_LOCALPORT_ATTRIBUTE, request);
    return request.getLocalPort();
  }

  // Tomcat's own way makes a buffer of characters first, for each value that it is asked for.
  private static String headerText(MessageBytes value) {
    if (value.getType() != MessageBytes.T_BYTES) {
      return text(value);
    }
    ByteChunk bytes = value.getByteChunk();
    return new String(bytes.getBytes(), bytes.getStart(), bytes.getLength(), bytes.getCharset());
  }

  private static String text(MessageBytes bytes) {
    return bytes.isNull() ? "" : bytes.toString();
  }
}
