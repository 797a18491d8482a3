package io.weft.core.call;

/** What status codes of gRPC and of HTTP stand for each other. */
public final class GrpcCodes {
  private GrpcCodes() {}

  /** What gRPC's libraries make of an answer of plain HTTP (http-grpc-status-mapping). */
  public static int ofStatus(int status) {
    return switch (status) {
      case 400 -> 13;
      case 401 -> 16;
      case 403 -> 7;
      case 404 -> 12;
      case 429, 502, 503, 504 -> 14;
      default -> 2;
    };
  }

  /** The HTTP status that google.rpc.Code has for a code. */
  public static int toStatus(int code) {
    return switch (code) {
      case 0 -> 200;
      case 1 -> 499;
      case 3, 9, 11 -> 400;
      case 4 -> 504;
      case 5 -> 404;
      case 6, 10 -> 409;
      case 7 -> 403;
      case 8 -> 429;
      case 12 -> 501;
      case 14 -> 503;
      case 16 -> 401;
      default -> 500;
    };
  }
}
