package io.weft.core.telemetry;

import io.opentelemetry.exporter.sender.okhttp.internal.OkHttpHttpSenderProvider;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.HttpResponse;
import io.opentelemetry.sdk.common.export.HttpSender;
import io.opentelemetry.sdk.common.export.HttpSenderConfig;
import io.opentelemetry.sdk.common.export.HttpSenderProvider;
import io.opentelemetry.sdk.common.export.MessageWriter;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Has the exporters' HTTP client come up with the first that is sent, and not while the application
 * starts: it is three hundred classes, and none in a process that sends nothing. Found by
 * OpenTelemetry as a service.
 */
public final class LateHttpSenderProvider implements HttpSenderProvider {
  private final HttpSenderProvider client;

  /** With OkHttp. */
  public LateHttpSenderProvider() {
    // Not a method reference, which would load it.
    this(config -> new OkHttpHttpSenderProvider().createSender(config));
  }

  LateHttpSenderProvider(HttpSenderProvider client) {
    this.client = client;
  }

  @Override
  public HttpSender createSender(HttpSenderConfig config) {
    return new LateHttpSender(client, config);
  }

  /** Thread-safe, as what it stands for. */
  private static final class LateHttpSender implements HttpSender {
    private final HttpSenderProvider client;
    private final HttpSenderConfig config;
    private @Nullable HttpSender sender;

    LateHttpSender(HttpSenderProvider client, HttpSenderConfig config) {
      this.client = client;
      this.config = config;
    }

    @Override
    public void send(
        MessageWriter message, Consumer<HttpResponse> onResponse, Consumer<Throwable> onError) {
      HttpSender present;
      try {
        present = sender();
      } catch (RuntimeException | LinkageError e) {
        onError.accept(e);
        return;
      }
      present.send(message, onResponse, onError);
    }

    @Override
    public synchronized CompletableResultCode shutdown() {
      return sender == null ? CompletableResultCode.ofSuccess() : sender.shutdown();
    }

    private synchronized HttpSender sender() {
      if (sender == null) {
        sender = client.createSender(config);
      }
      return sender;
    }
  }
}
