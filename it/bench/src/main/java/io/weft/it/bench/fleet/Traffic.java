package io.weft.it.bench.fleet;

/**
 * What simulated agents have received and sent, all together; only ever grows.
 *
 * @param bytesIn of control's messages, without TLS and HTTP/2 around them
 * @param updates that brought config or endpoints
 * @param whole resources in these that were sent whole
 * @param deltas and those that were sent as a delta
 * @param lost endpoints in these that were told to be lost
 * @param removed and those that were taken away
 * @param joins streams that control welcomed
 * @param failures streams that ended or could not be opened
 * @param resyncs deltas that did not fit what the agent held
 */
record Traffic(
    long bytesIn,
    long bytesOut,
    long updates,
    long whole,
    long deltas,
    long lost,
    long removed,
    long joins,
    long failures,
    long resyncs) {

  Traffic since(Traffic before) {
    return new Traffic(
        bytesIn - before.bytesIn,
        bytesOut - before.bytesOut,
        updates - before.updates,
        whole - before.whole,
        deltas - before.deltas,
        lost - before.lost,
        removed - before.removed,
        joins - before.joins,
        failures - before.failures,
        resyncs - before.resyncs);
  }
}
