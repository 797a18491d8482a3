package io.weft.instrumentation.urlconnection;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Authenticator;
import java.net.HttpURLConnection;
import java.net.ProtocolException;
import java.net.Proxy;
import java.net.URL;
import java.security.Permission;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the application holds for an http URL of the mesh: to all appearance the library's own
 * connection object. No logic here; {@link MeshHttpsURLConnection} is the same for https.
 */
final class MeshHttpURLConnection extends HttpURLConnection {
  private final Exchange exchange;

  MeshHttpURLConnection(HttpURLConnection opened, @Nullable Proxy proxy) {
    super(opened.getURL());
    this.exchange = new Exchange(opened, proxy, this);
  }

  @Override
  public void connect() throws IOException {
    exchange.connect();
    connected = true;
  }

  @Override
  public void disconnect() {
    exchange.disconnect();
  }

  @Override
  public boolean usingProxy() {
    Answer answer = exchange.answerIfKnown();
    HttpURLConnection connection = answer == null ? null : answer.connection();
    return connection != null && connection.usingProxy();
  }

  @Override
  public OutputStream getOutputStream() throws IOException {
    return exchange.output();
  }

  @Override
  public InputStream getInputStream() throws IOException {
    if (!getDoInput()) {
      throw new ProtocolException(
          "Cannot read from URLConnection if doInput=false (call setDoInput(true))");
    }
    return exchange.input();
  }

  @Override
  public @Nullable InputStream getErrorStream() {
    return exchange.error();
  }

  @Override
  public int getResponseCode() throws IOException {
    return exchange.answer().status();
  }

  @Override
  public @Nullable String getResponseMessage() throws IOException {
    return exchange.answer().message();
  }

  @Override
  public @Nullable String getHeaderField(String name) {
    Answer answer = answerOrNull();
    return answer == null ? null : answer.field(name);
  }

  @Override
  public @Nullable String getHeaderField(int index) {
    Answer answer = answerOrNull();
    return answer == null ? null : answer.field(index);
  }

  @Override
  public @Nullable String getHeaderFieldKey(int index) {
    Answer answer = answerOrNull();
    return answer == null ? null : answer.fieldName(index);
  }

  @Override
  public Map<String, List<String>> getHeaderFields() {
    Answer answer = answerOrNull();
    return answer == null ? Map.of() : answer.fields();
  }

  private @Nullable Answer answerOrNull() {
    try {
      return exchange.answer();
    } catch (IOException e) {
      // The library's own lookups say nothing either; reading the body tells.
      return null;
    }
  }

  @Override
  public Permission getPermission() throws IOException {
    return exchange.template().getPermission();
  }

  @Override
  public URL getURL() {
    return exchange.url();
  }

  @Override
  public void setRequestMethod(String chosen) throws ProtocolException {
    if (exchange.hasBegun()) {
      throw new ProtocolException("Can't reset method: already connected");
    }
    exchange.template().setRequestMethod(chosen);
  }

  @Override
  public String getRequestMethod() {
    return exchange.method();
  }

  @Override
  public void setRequestProperty(String key, String value) {
    exchange.settings().setProperty(key, value);
  }

  @Override
  public void addRequestProperty(String key, String value) {
    exchange.settings().addProperty(key, value);
  }

  @Override
  public @Nullable String getRequestProperty(String key) {
    return exchange.template().getRequestProperty(key);
  }

  @Override
  public Map<String, List<String>> getRequestProperties() {
    return exchange.settings().template().getRequestProperties();
  }

  @Override
  public void setAuthenticator(Authenticator chosen) {
    exchange.settings().authenticator(chosen);
  }

  @Override
  public void setFixedLengthStreamingMode(int contentLength) {
    exchange.settings().fixedLength(contentLength);
  }

  @Override
  public void setFixedLengthStreamingMode(long contentLength) {
    exchange.settings().fixedLength(contentLength);
  }

  @Override
  public void setChunkedStreamingMode(int length) {
    exchange.settings().chunkLength(length);
  }

  @Override
  public void setInstanceFollowRedirects(boolean follow) {
    exchange.template().setInstanceFollowRedirects(follow);
  }

  @Override
  public boolean getInstanceFollowRedirects() {
    return exchange.template().getInstanceFollowRedirects();
  }

  @Override
  public void setDoInput(boolean wanted) {
    exchange.settings().template().setDoInput(wanted);
  }

  @Override
  public boolean getDoInput() {
    return exchange.template().getDoInput();
  }

  @Override
  public void setDoOutput(boolean wanted) {
    exchange.settings().template().setDoOutput(wanted);
  }

  @Override
  public boolean getDoOutput() {
    return exchange.template().getDoOutput();
  }

  @Override
  public void setAllowUserInteraction(boolean allowed) {
    exchange.settings().template().setAllowUserInteraction(allowed);
  }

  @Override
  public boolean getAllowUserInteraction() {
    return exchange.template().getAllowUserInteraction();
  }

  @Override
  public void setUseCaches(boolean wanted) {
    exchange.settings().template().setUseCaches(wanted);
  }

  @Override
  public boolean getUseCaches() {
    return exchange.template().getUseCaches();
  }

  @Override
  public void setIfModifiedSince(long since) {
    exchange.settings().template().setIfModifiedSince(since);
  }

  @Override
  public long getIfModifiedSince() {
    return exchange.template().getIfModifiedSince();
  }

  @Override
  public void setConnectTimeout(int millis) {
    exchange.template().setConnectTimeout(millis);
  }

  @Override
  public int getConnectTimeout() {
    return exchange.template().getConnectTimeout();
  }

  @Override
  public void setReadTimeout(int millis) {
    exchange.template().setReadTimeout(millis);
  }

  @Override
  public int getReadTimeout() {
    return exchange.template().getReadTimeout();
  }

  @Override
  public String toString() {
    return exchange.template().getClass().getName() + ":" + exchange.url();
  }
}
