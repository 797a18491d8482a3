package io.weft.core.call;

import java.util.List;

/**
 * An answer that the mesh gives itself. The application's library shows it as it would show the
 * same answer from a server, with the reason as body and in the header {@value #REASON_HEADER}.
 *
 * @param status the HTTP status
 * @param grpcCode the gRPC code
 * @param reason {@code <kind>/<namespace>/<name> <short reason>}, printable ASCII; the part before
 *     the blank is {@code mesh} where no document is behind it
 * @param headers further headers, such as Location
 */
public record MeshAnswer(int status, int grpcCode, String reason, List<HeaderField> headers) {
  /** Tells why the mesh answered. */
  public static final String REASON_HEADER = "weft-reason";
}
