package io.weft.it.bench.race;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is done again and again: which library calls, how, and for how many bytes.
 *
 * @param client httpclient, urlconnection or grpc
 * @param kind get or post; of grpc unary or stream
 * @param size bytes that come back; of all but get as many are sent
 */
record Workload(String client, String kind, int size) {
  private static final Pattern NAME =
      Pattern.compile(
          "(httpclient|urlconnection)-(get|post)-(\\d+)([km]?)|grpc-(unary|stream)-(\\d+)([km]?)");
  // Loopback is no limit, but what else goes on here would be.
  private static final long MOST_BYTES_PER_SECOND = 50_000_000;

  /** What its name says, such as {@code httpclient-post-10k}. */
  static Workload of(String name) {
    Matcher matcher = NAME.matcher(name.toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "there is no workload "
              + name
              + ": write httpclient, urlconnection (-get, -post) or grpc (-unary, -stream) and a"
              + " size, such as httpclient-get-200, grpc-unary-10k");
    }
    boolean grpc = matcher.group(1) == null;
    int size =
        Integer.parseInt(matcher.group(grpc ? 6 : 3))
            * switch (matcher.group(grpc ? 7 : 4)) {
              case "k" -> 1_000;
              case "m" -> 1_000_000;
              default -> 1;
            };
    return grpc
        ? new Workload("grpc", matcher.group(5), size)
        : new Workload(matcher.group(1), matcher.group(2), size);
  }

  boolean isGrpc() {
    return client.equals("grpc");
  }

  /** At most so many calls a second, and fewer if they are large. */
  long rate(long most) {
    return Math.max(1, Math.min(most, MOST_BYTES_PER_SECOND / Math.max(1, size)));
  }

  @Override
  public String toString() {
    String bytes =
        size % 1_000_000 == 0
            ? size / 1_000_000 + "m"
            : size % 1_000 == 0 ? size / 1_000 + "k" : Integer.toString(size);
    return client + "-" + kind + "-" + bytes;
  }
}
