package io.weft.demo.stock;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import shop.stock.v1.LevelReply;
import shop.stock.v1.LevelRequest;
import shop.stock.v1.ReserveReply;
import shop.stock.v1.ReserveRequest;
import shop.stock.v1.StockGrpc;

/** Answers the shop's questions from the shelves, as its mood has it. */
final class Warehouse extends StockGrpc.StockImplBase {
  private final shop.stock.v1.Warehouse me;
  private final Shelves shelves;
  private final Mood mood;

  Warehouse(String version, String instance, Shelves shelves, Mood mood) {
    this.me =
        shop.stock.v1.Warehouse.newBuilder().setVersion(version).setInstance(instance).build();
    this.shelves = shelves;
    this.mood = mood;
  }

  @Override
  public void level(LevelRequest request, StreamObserver<LevelReply> reply) {
    answer(
        reply,
        () ->
            LevelReply.newBuilder()
                .setItem(request.getItem())
                .setAvailable(shelves.level(request.getItem()))
                .setWarehouse(me)
                .build());
  }

  @Override
  public void reserve(ReserveRequest request, StreamObserver<ReserveReply> reply) {
    if (request.getItem().isEmpty() || request.getQuantity() < 1) {
      reply.onError(
          Status.INVALID_ARGUMENT
              .withDescription("an item and a quantity from 1 on are needed")
              .asRuntimeException());
      return;
    }
    answer(
        reply,
        () ->
            ReserveReply.newBuilder()
                .setLeft(
                    shelves.reserve(request.getOrder(), request.getItem(), request.getQuantity()))
                .setWarehouse(me)
                .build());
  }

  private <T> void answer(StreamObserver<T> reply, Supplier<T> message) {
    if (mood.fails()) {
      reply.onError(
          Status.UNAVAILABLE.withDescription("the forklift is broken").asRuntimeException());
      return;
    }
    // A slow answer holds no thread.
    Executor then =
        mood.delayMillis() == 0
            ? Runnable::run
            : CompletableFuture.delayedExecutor(mood.delayMillis(), TimeUnit.MILLISECONDS);
    then.execute(
        () -> {
          reply.onNext(message.get());
          reply.onCompleted();
        });
  }
}
