package io.weft.instrumentation.httpclient;

import io.weft.core.call.HeaderField;
import io.weft.core.call.MeshAnswer;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;

/** An answer of the mesh's own, brought as the client brings one from a server. */
final class OwnAnswer implements HttpResponse.ResponseInfo {
  private final int status;
  private final HttpHeaders headers;
  private final byte[] body;

  OwnAnswer(MeshAnswer answer, boolean toHead) {
    byte[] reason = answer.reason().getBytes(StandardCharsets.US_ASCII);
    EditableHeaders fields = new EditableHeaders(HttpHeaders.of(Map.of(), (name, value) -> true));
    for (HeaderField field : answer.headers()) {
      fields.add(field.name(), field.value());
    }
    fields.set(MeshAnswer.REASON_HEADER, answer.reason());
    fields.set("content-type", "text/plain");
    fields.set("content-length", Integer.toString(reason.length));
    this.status = answer.status();
    this.headers = fields.toHeaders();
    this.body = toHead ? new byte[0] : reason;
  }

  @Override
  public int statusCode() {
    return status;
  }

  @Override
  public HttpHeaders headers() {
    return headers;
  }

  @Override
  public HttpClient.Version version() {
    return HttpClient.Version.HTTP_1_1;
  }

  /** Hands the body to a subscriber, once it asks. */
  void publish(HttpResponse.BodySubscriber<?> subscriber) {
    subscriber.onSubscribe(
        new Flow.Subscription() {
          private final AtomicBoolean over = new AtomicBoolean();

          @Override
          public void request(long count) {
            if (over.compareAndSet(false, true)) {
              if (body.length > 0) {
                subscriber.onNext(List.of(ByteBuffer.wrap(body)));
              }
              subscriber.onComplete();
            }
          }

          @Override
          public void cancel() {
            over.set(true);
          }
        });
  }
}
