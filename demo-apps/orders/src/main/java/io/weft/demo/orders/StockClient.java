package io.weft.demo.orders;

import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import java.util.concurrent.TimeUnit;
import shop.stock.v1.LevelReply;
import shop.stock.v1.LevelRequest;
import shop.stock.v1.ReserveReply;
import shop.stock.v1.ReserveRequest;
import shop.stock.v1.StockGrpc;

/** The warehouse, seen from here. Thread-safe. */
final class StockClient {
  private static final long SECONDS = 5;
  private static final Metadata.Key<String> GROUP =
      Metadata.Key.of("customer-group", Metadata.ASCII_STRING_MARSHALLER);

  private final ManagedChannel channel;

  StockClient(ManagedChannel channel) {
    this.channel = channel;
  }

  LevelReply level(String item, String customerGroup) {
    return stub(customerGroup).level(LevelRequest.newBuilder().setItem(item).build());
  }

  ReserveReply reserve(String order, String item, int quantity, String customerGroup) {
    return stub(customerGroup)
        .reserve(
            ReserveRequest.newBuilder()
                .setOrder(order)
                .setItem(item)
                .setQuantity(quantity)
                .build());
  }

  // The warehouse serves some groups of customers from other shelves.
  private StockGrpc.StockBlockingStub stub(String customerGroup) {
    Metadata metadata = new Metadata();
    if (!customerGroup.isEmpty()) {
      metadata.put(GROUP, customerGroup);
    }
    return StockGrpc.newBlockingStub(channel)
        .withDeadlineAfter(SECONDS, TimeUnit.SECONDS)
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata));
  }
}
