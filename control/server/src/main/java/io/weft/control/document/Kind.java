package io.weft.control.document;

import io.weft.control.document.Type.Flag;
import io.weft.control.document.Type.GrpcCode;
import io.weft.control.document.Type.Labels;
import io.weft.control.document.Type.Many;
import io.weft.control.document.Type.OneOf;
import io.weft.control.document.Type.Percent;
import io.weft.control.document.Type.Shape;
import io.weft.control.document.Type.Text;
import io.weft.control.document.Type.Time;
import io.weft.control.document.Type.Whole;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The kinds of document, each with the fields it may have: what is not here is refused. */
public enum Kind {
  SERVICE(
      "Service",
      "Names a service, its hosts and its ports. Made from the first registration if nobody writes"
          + " it.",
      Shape.of(
          Field.optional(
              "hosts",
              new Many(new Text(TextForm.HOST)),
              "none",
              "Further hosts it answers to, beside n, n.ns, n.ns.svc and n.ns.svc.cluster.local."),
          Field.required(
              "ports",
              new Many(
                  Shape.of(
                      Field.optional(
                          "name",
                          new Text(TextForm.NAME),
                          "none",
                          "By which instances find it that listen on another number."),
                      Field.required("number", new Whole(1, 65_535), "What URLs of callers say."),
                      Field.optional(
                          "protocol",
                          new OneOf(List.of("http", "http2", "grpc", "tcp")),
                          "http",
                          "What is spoken there."))),
              "The first is the primary one, used where a URL names none."),
          Field.optional(
              "principals",
              new Many(new Text(TextForm.NAME)),
              "everybody",
              "Principals of the join tokens whose processes may register as this service."),
          Field.optional(
              "visibility",
              new OneOf(List.of("mesh", "namespace")),
              "mesh",
              "Who can call it by name: the whole mesh, or its own namespace alone."))),
  EXTERNAL_SERVICE(
      "ExternalService",
      "Gives hosts outside the mesh a name in it, so that policies rule calls to them.",
      Shape.of(
          Field.required(
              "hosts",
              new Many(new Text(TextForm.HOST)),
              "What URLs of callers say; several need endpoints."),
          Field.optional(
              "ports",
              new Many(
                  Shape.of(
                      Field.optional(
                          "name", new Text(TextForm.NAME), "none", "For people; it rules nothing."),
                      Field.required("number", new Whole(1, 65_535), "What URLs of callers say."),
                      Field.optional(
                          "protocol",
                          new OneOf(List.of("http", "https", "http2", "grpc")),
                          "http",
                          "What is spoken there."),
                      Field.optional(
                          "targetPort",
                          new Whole(1, 65_535),
                          "number; 443 for 80 where TLS is made",
                          "Where the hosts listen."))),
              "80 and 443",
              "Calls to other ports are not meant."),
          Field.optional(
              "endpoints",
              new Many(
                  Shape.of(
                      Field.required(
                          "address",
                          new Text(TextForm.ADDRESS),
                          "An address, or a name that DNS knows."),
                      Field.optional("labels", new Labels(), "none", "By which a Route means it."),
                      Field.optional(
                          "weight", new Whole(1, 1_000_000), "1", "Its share among the others."))),
              "what DNS knows of the host",
              "Where the hosts are."),
          Field.optional(
              "tls",
              Shape.of(
                  Field.required(
                      "mode",
                      new OneOf(List.of("DISABLE", "SIMPLE")),
                      "Whether calls made in plaintext leave as TLS."),
                  Field.optional(
                      "sni",
                      new Text(TextForm.HOST),
                      "the first of hosts",
                      "The name asked for; the certificate must be for it, or for the host called."),
                  Field.optional(
                      "caCertificates",
                      new Text(TextForm.ANY),
                      "whom the process's JVM believes",
                      "Whom to believe, in PEM.")),
              "DISABLE",
              "TLS that the mesh makes; an application's own goes through as it is."),
          Field.optional(
              "visibility",
              new OneOf(List.of("mesh", "namespace")),
              "mesh",
              "Whose calls are meant: those of the whole mesh, or of its own namespace alone."))),
  ROUTE(
      "Route",
      "Chooses where each request to a service goes.",
      policy(
          Field.required(
              "rules",
              new Many(rule()),
              "Of those that match, the one that says the most. None matches: 404."))),
  TIMEOUT(
      "Timeout",
      "How long calls may take. A deadline that came in is carried on: the smaller one wins.",
      policy(
          time("request", "none", "The whole call with all its attempts, to its last byte."),
          time("perTry", "none", "Each attempt, to its head."),
          time("connect", "the library's", "Connecting to an endpoint."),
          time("idle", "none", "Between two reads or writes of a stream."))),
  RETRY(
      "Retry",
      "Tries again what failed.",
      policy(
          Field.required("attempts", new Whole(1, 20), "Tries in all, the first one included."),
          Field.required(
              "on",
              new Many(
                  new OneOf(
                      List.of(
                          "5xx",
                          "gateway-error",
                          "connect-failure",
                          "refused-stream",
                          "reset-before-request",
                          "retriable-status-codes",
                          "grpc-codes"))),
              "What counts as worth another try, with Envoy's words."),
          Field.optional(
              "statusCodes",
              new Many(new Whole(100, 599)),
              "none",
              "HTTP codes meant by retriable-status-codes."),
          Field.optional(
              "grpcCodes", new Many(new GrpcCode()), "none", "Codes meant by grpc-codes."),
          time("perTryTimeout", "Timeout's perTry", "Each attempt, to its head."),
          Field.optional(
              "backoff",
              Shape.of(
                  time("base", "25ms", "Before the second try; doubled for each further one."),
                  time("max", "250ms", "The longest; each is random between 0 and its length.")),
              "25ms to 250ms",
              "Pauses between tries, with full jitter."),
          Field.optional(
              "budget",
              Shape.of(
                  Field.optional(
                      "percent", new Percent(), "20", "Share of the calls that may be retries."),
                  Field.optional(
                      "minPerSecond",
                      new Whole(0, 1_000_000),
                      "3",
                      "Retries a second allowed in any case.")),
              "20 percent, or 3 a second",
              "Keeps retries from making an outage worse."),
          Field.optional(
              "idempotentOnly",
              new Flag(),
              "true",
              "A POST without an Idempotency-Key is retried only if no byte of it left."),
          Field.optional(
              "honourRetryAfter",
              new Flag(),
              "true",
              "Waits as long as Retry-After says, if the time left allows it."),
          Field.optional(
              "attemptsIfRetried",
              new Whole(1, 20),
              "1",
              "Tries in all of calls made for a request that has itself been tried before."),
          Field.optional(
              "hedge",
              Shape.of(
                      Field.optional(
                          "delay",
                          new Time(Duration.ofMillis(1), Duration.ofHours(1)),
                          "as percentile says",
                          "After which the next try is made beside the others."),
                      Field.optional(
                          "percentile",
                          new Percent(),
                          "as delay says",
                          "The same as a percentile of what answers have taken."),
                      Field.optional("max", new Whole(1, 5), "1", "Such tries of one call."))
                  .oneOf("delay", "percentile"),
              "none",
              "Tries again beside a try that is slow; the first good answer is taken."))),
  LOAD_BALANCER(
      "LoadBalancer",
      "Chooses among a service's endpoints.",
      policy(
          Field.required(
              "algorithm",
              new OneOf(
                  List.of(
                      "ROUND_ROBIN",
                      "LEAST_REQUEST",
                      "PEAK_EWMA",
                      "RANDOM",
                      "RING_HASH",
                      "MAGLEV")),
              "In turn by weight; of two at random the one with fewer calls in flight, or that answers"
                  + " sooner; at random; or the same one for the same hash."),
          Field.optional(
              "hash",
              new Many(
                  Shape.of(
                      Field.required(
                          "by",
                          new OneOf(List.of("header", "cookie", "path", "source")),
                          "What is hashed: a header, a cookie, the path without its query, the"
                              + " calling process."),
                      Field.optional(
                          "name",
                          new Text(TextForm.HEADER_NAME),
                          "none",
                          "The header's or the cookie's."))),
              "none",
              "By what a request sticks to an endpoint: the first that it has. Without any it goes"
                  + " anywhere."),
          Field.optional(
              "slowStart",
              Shape.of(
                  Field.required(
                      "window",
                      new Time(Duration.ofMillis(1), Duration.ofHours(24)),
                      "How long an endpoint counts as new."),
                  Field.optional(
                      "minimumPercent",
                      new Percent(),
                      "10",
                      "The part of its share that it gets at first.")),
              "off",
              "Gives a new endpoint less than its share, growing evenly."),
          Field.optional(
              "panicThreshold",
              new Percent(),
              "50",
              "While fewer endpoints than that are healthy, all are used."),
          Field.optional(
              "locality",
              Shape.of(
                  Field.optional(
                      "failover",
                      new Many(new Text(TextForm.ZONE)),
                      "none: everywhere alike",
                      "Where calls go next, in this order; then everywhere else."),
                  Field.optional(
                      "overprovisioningFactor",
                      new Whole(100, 10_000),
                      "140",
                      "A zone takes so many percent of the part of its endpoints that is healthy,"
                          + " of all calls at most."),
                  Field.optional(
                      "overflowPercent",
                      new Percent(),
                      "0",
                      "Calls that leave the own zone in any case.")),
              "off",
              "Calls endpoints of the caller's own zone first."))),
  CIRCUIT_BREAKER(
      "CircuitBreaker",
      "Has callers leave a service alone for a while when too many calls to it fail or are slow.",
      policy(
          Field.optional(
              "failureRateThreshold", new Percent(), "50", "Failed calls at which it opens."),
          Field.optional(
              "slowCallRateThreshold", new Percent(), "100", "Slow calls at which it opens."),
          time("slowCallDuration", "1m", "What takes longer is slow."),
          Field.optional(
              "window",
              Shape.of(
                      Field.optional(
                          "calls", new Whole(2, 10_000), "100", "The latest so many calls."),
                      Field.optional(
                          "time",
                          new Time(Duration.ofSeconds(2), Duration.ofMinutes(10)),
                          "none",
                          "The calls of the latest so many seconds."))
                  .oneOf("calls", "time"),
              "100 calls",
              "Which calls are looked at."),
          Field.optional(
              "minimumCalls",
              new Whole(1, 1_000_000),
              "100",
              "Calls before which it does not open; no more than the window has."),
          time("waitDurationInOpenState", "1m", "How long no call is made."),
          Field.optional(
              "permittedCallsInHalfOpen",
              new Whole(1, 1_000_000),
              "10",
              "Calls that then find out how the service is."))),
  CONCURRENCY_LIMIT(
      "ConcurrencyLimit",
      "How many calls to a service each caller may have in flight at once.",
      policy(
          Field.optional(
              "maxConcurrent",
              new Whole(1, 1_000_000),
              "as adaptive finds out",
              "So many; in place of adaptive."),
          Field.optional(
              "adaptive",
              Shape.of(
                  Field.required("min", new Whole(1, 1_000_000), "Never fewer."),
                  Field.required("max", new Whole(1, 1_000_000), "Never more.")),
              "off",
              "As many as the service answers as soon as ever; in place of maxConcurrent."),
          count("maxPending", "0", "Calls that may wait for a place."),
          time("maxWait", "1s", "How long each may wait."))),
  OUTLIER_DETECTION(
      "OutlierDetection",
      "Has callers pass over endpoints that fail, for a while.",
      policy(
          count("consecutive5xx", "5", "Errors in a row, all 5xx; 0 for never."),
          count(
              "consecutiveGatewayErrors",
              "0",
              "Errors in a row, all 502, 503 or 504; 0 for never."),
          count(
              "consecutiveLocalOriginFailures",
              "0",
              "Tries in a row without an answer; 0 to count those as gateway errors."),
          Field.optional(
              "successRate",
              Shape.of(
                  Field.optional(
                      "stdevFactor",
                      new Whole(1, 100_000),
                      "1900",
                      "By how many standard deviations it is less than the mean, in thousandths."),
                  Field.optional(
                      "minimumHosts",
                      new Whole(1, 1_000_000),
                      "5",
                      "Endpoints that must have the volume."),
                  Field.optional(
                      "requestVolume",
                      new Whole(1, 1_000_000),
                      "100",
                      "Tries that each of them must have had in the interval.")),
              "off",
              "Ejects whose share of good answers is less than that of the others."),
          time("interval", "10s", "How often success rates are compared."),
          time("baseEjectionTime", "30s", "How long the first ejection lasts, the second twice."),
          Field.optional(
              "maxEjectionPercent",
              new Percent(),
              "50",
              "How many of all are passed over at once, at most."))),
  HEALTH_CHECK(
      "HealthCheck",
      "Has callers ask endpoints how they are, and pass over those that are not well.",
      policy(
          Field.optional(
              "http",
              Shape.of(
                  Field.required("path", new Text(TextForm.PATH), "What is asked for, by GET."),
                  Field.optional(
                      "host",
                      new Text(TextForm.HOST),
                      "the endpoint's address",
                      "What the header Host says."),
                  Field.optional(
                      "expectedStatuses",
                      new Many(new Whole(100, 599)),
                      "any 2xx",
                      "Statuses of an endpoint that is well.")),
              "one of http, grpc and tcp must be",
              "Asks over HTTP/1.1."),
          Field.optional(
              "grpc",
              Shape.of(
                  Field.optional(
                      "service",
                      new Text(TextForm.GRPC_NAME),
                      "the server as a whole",
                      "Which of its services is asked about."),
                  Field.optional(
                      "host",
                      new Text(TextForm.HOST),
                      "the endpoint's address",
                      "The authority of the call.")),
              "one of http, grpc and tcp must be",
              "Asks by gRPC's health checking protocol, grpc.health.v1.Health."),
          Field.optional(
              "tcp",
              Shape.of(),
              "one of http, grpc and tcp must be",
              "Whether it takes connections, in mutual TLS where that is what it speaks."),
          Field.optional(
              "interval",
              new Time(Duration.ofMillis(100), Duration.ofHours(24)),
              "10s",
              "Between two checks of an endpoint."),
          time("timeout", "1s", "How long a check may take; no longer than the interval."),
          Field.optional(
              "healthyThreshold",
              new Whole(1, 1_000),
              "2",
              "Good checks in a row after which it is used again."),
          Field.optional(
              "unhealthyThreshold",
              new Whole(1, 1_000),
              "3",
              "Bad checks in a row after which it is passed over."))),
  EGRESS(
      "Egress",
      "Whether a service may call hosts outside the mesh. Denied before a name is looked up.",
      fromHere(
          Field.required(
              "default",
              new OneOf(List.of("ALLOW", "DENY")),
              "What becomes of calls that no exception means."),
          Field.optional(
              "exceptions",
              new Many(
                  Shape.of(
                      Field.optional(
                          "hosts",
                          new Many(new Text(TextForm.HOST_PATTERN)),
                          "any",
                          "Names; *. at the beginning stands for any labels, one at least."),
                      Field.optional(
                          "ranges",
                          new Many(new Text(TextForm.CIDR)),
                          "any",
                          "Addresses, of calls that name no host but an address."),
                      Field.optional(
                          "ports", new Many(new Whole(1, 65_535)), "any", "Numbers of ports."))),
              "none",
              "Calls that fare the other way: any of these; within one, hosts or ranges, and"
                  + " ports."))),
  MUTUAL_TLS(
      "MutualTls",
      "Whether a service takes plaintext beside the mesh's mutual TLS, on the very same ports.",
      callee(
          Field.required(
              "mode",
              new OneOf(List.of("PERMISSIVE", "STRICT", "DISABLED")),
              "Takes both; refuses plaintext; offers no mutual TLS. PERMISSIVE where nothing is"
                  + " written."),
          Field.optional(
              "minimumTlsVersion",
              new OneOf(List.of("1.2", "1.3")),
              "1.3",
              "The oldest version of TLS that is spoken."),
          Field.optional(
              "exempt",
              Shape.of(
                  Field.optional(
                      "ports", new Many(new Whole(1, 65_535)), "none", "Ports it listens on."),
                  Field.optional(
                      "paths", new Many(new Text(TextForm.PATH)), "none", "Exactly these paths."),
                  Field.optional(
                      "sourceRanges",
                      new Many(new Text(TextForm.CIDR)),
                      "none",
                      "Addresses that connections come from.")),
              "nothing",
              "Where STRICT lets plaintext in: any of these."))),
  JWT_AUTHENTICATION(
      "JwtAuthentication",
      "Whose tokens (JWT) a service believes. A request with one that is not valid is refused; one"
          + " without any goes on, without claims.",
      callee(
          Field.required("issuer", new Text(TextForm.TOKEN_ISSUER), "The token's iss."),
          Field.optional(
              "audiences",
              new Many(new Text(TextForm.ANY)),
              "any",
              "Any of these must be among the token's aud."),
          Field.optional(
              "jwks",
              new Text(TextForm.ANY),
              "fetched from jwksUri",
              "The issuer's public keys: a JWK set."),
          Field.optional(
              "jwksUri",
              new Text(TextForm.HTTP_URL),
              "those of jwks",
              "Where control fetches the JWK set; in place of jwks."),
          Field.optional(
              "fromHeaders",
              new Many(
                  Shape.of(
                      Field.required("name", new Text(TextForm.HEADER_NAME), "Its name."),
                      Field.optional(
                          "prefix",
                          new Text(TextForm.HEADER_VALUE),
                          "none",
                          "What stands before the token, in any case of its letters."))),
              "Authorization with Bearer, if there are no fromCookies either",
              "Headers to look in."),
          Field.optional(
              "fromCookies",
              new Many(new Text(TextForm.HEADER_NAME)),
              "none",
              "Cookies to look in."),
          Field.optional(
              "outputPayloadToHeader",
              new Text(TextForm.HEADER_NAME),
              "none",
              "In which the application gets the claims, base64url of their JSON."),
          Field.optional(
              "forwardOriginalToken",
              new Flag(),
              "false",
              "Whether the application sees the header that the token came in."),
          Field.optional(
              "clockSkew",
              new Time(Duration.ofMillis(1), Duration.ofHours(1)),
              "1m",
              "How far the issuer's clock may be off."))),
  AUTHORIZATION(
      "Authorization",
      "Who may ask a service for what. DENY wins; with any ALLOW, what none allows is denied.",
      callee(
          Field.optional(
              "action",
              new OneOf(List.of("ALLOW", "DENY")),
              "ALLOW",
              "What becomes of requests that a rule matches."),
          Field.optional(
              "rules",
              new Many(authorizationRule()),
              "none, which matches nothing",
              "Any of them; within one, all that is written."))),
  RATE_LIMIT(
      "RateLimit",
      "How often a service may be asked.",
      callee(
          Field.required(
              "limitForPeriod", new Whole(1, 1_000_000_000), "Requests that each period allows."),
          Field.optional(
              "limitRefreshPeriod",
              new Time(Duration.ofMillis(1), Duration.ofHours(24)),
              "1s",
              "The period."),
          Field.optional(
              "burst",
              new Whole(1, 1_000_000_000),
              "limitForPeriod",
              "Requests at once after a quiet time."),
          Field.optional(
              "key",
              new OneOf(List.of("none", "caller", "path", "header")),
              "none",
              "What is counted apart: nothing, each caller (its principal, else its address), each"
                  + " path, each value of a header."),
          Field.optional(
              "header", new Text(TextForm.HEADER_NAME), "none", "The header meant by key: header."),
          Field.optional(
              "scope",
              new OneOf(List.of("local", "global")),
              "local",
              "Whether each instance counts by itself, or all instances together."))),
  FAULT(
      "Fault",
      "Delays some requests and answers some in the callee's place, so that one knows how callers"
          + " take it.",
      policy(
          side("caller", "callee"),
          Field.optional("matches", matches(), "every request", "Requests that are meant."),
          Field.optional(
              "delay",
              Shape.of(
                  Field.required(
                      "fixed",
                      new Time(Duration.ofMillis(1), Duration.ofHours(1)),
                      "How long a request is held back."),
                  Field.optional("percent", new Percent(), "100", "Of the requests meant.")),
              "none",
              "Holds requests back."),
          Field.optional(
              "abort",
              Shape.of(
                  Field.optional(
                      "httpStatus",
                      new Whole(400, 599),
                      "what grpcStatus stands for",
                      "What HTTP requests are answered."),
                  Field.optional(
                      "grpcStatus",
                      new GrpcCode(),
                      "what httpStatus stands for",
                      "What gRPC calls are answered."),
                  Field.optional("percent", new Percent(), "100", "Of the requests meant.")),
              "none",
              "Answers requests, after their delay if they have one."))),
  TELEMETRY(
      "Telemetry",
      "What is told of requests, beside what always is.",
      policy(
          side("both", "caller", "callee"),
          Field.optional(
              "tracing",
              Shape.of(
                  Field.required(
                      "percent", new Percent(), "Of the traces that begin here, those kept.")),
              "as OTEL_TRACES_SAMPLER says",
              "A trace that began elsewhere keeps the decision it came with."),
          Field.optional(
              "attributes",
              new Many(
                  Shape.of(
                      Field.required(
                          "name", new Text(TextForm.ATTRIBUTE), "The attribute's name in spans."),
                      Field.required(
                          "header", new Text(TextForm.HEADER_NAME), "The header of the request."))),
              "none",
              "Headers that spans tell."),
          Field.optional(
              "accessLog",
              Shape.of(
                  Field.optional(
                      "minStatus",
                      new Whole(100, 599),
                      "any",
                      "Answers from this status on; of gRPC, by the status that stands for the"
                          + " code."),
                  time("minDuration", "any", "Requests that took so long."),
                  Field.optional("percent", new Percent(), "100", "Of those that are meant.")),
              "none",
              "Writes a line for each request of which one of the two holds, for all if neither is"
                  + " written.")));

  private static final Shape METADATA =
      Shape.of(
          Field.required("name", new Text(TextForm.NAME), "Its name among those of its kind."),
          Field.optional("namespace", new Text(TextForm.NAME), "default", "Where it belongs."),
          Field.optional("labels", new Labels(), "none", "For people and tools."),
          Field.optional("annotations", new Labels(), "none", "For people and tools."));

  private final String word;
  private final String about;

  @SuppressWarnings("ImmutableEnumChecker") // records of lists that nobody changes
  private final Shape spec;

  Kind(String word, String about, Shape spec) {
    this.word = word;
    this.about = about;
    this.spec = spec;
  }

  /** As documents write it. */
  public String word() {
    return word;
  }

  /** One sentence for the reference. */
  public String about() {
    return about;
  }

  /** What a whole document may hold. */
  public Shape document() {
    return Shape.of(
        Field.required("apiVersion", new OneOf(List.of("weft.io/v1")), "This format."),
        Field.required("kind", new OneOf(List.of(word)), "Kind of the document."),
        Field.required("metadata", METADATA, "What it is called."),
        Field.required("spec", spec, "What it says."));
  }

  /** What may stand under {@code spec}. */
  public Shape spec() {
    return spec;
  }

  /** Whether it says what happens to calls, by {@code from}, {@code to} and {@code conf}. */
  public boolean isPolicy() {
    return this != SERVICE && this != EXTERNAL_SERVICE;
  }

  /** Who enforces its documents. */
  public Side side() {
    return switch (this) {
      case SERVICE, EXTERNAL_SERVICE -> Side.NOBODY;
      case ROUTE,
          TIMEOUT,
          RETRY,
          LOAD_BALANCER,
          CIRCUIT_BREAKER,
          CONCURRENCY_LIMIT,
          OUTLIER_DETECTION,
          HEALTH_CHECK,
          EGRESS ->
          Side.CALLER;
      case MUTUAL_TLS, JWT_AUTHENTICATION, AUTHORIZATION, RATE_LIMIT -> Side.CALLEE;
      case FAULT, TELEMETRY -> Side.EITHER;
    };
  }

  /** Who enforces the documents of a kind. */
  public enum Side {
    /** They are no policies. */
    NOBODY,
    CALLER,
    /** The service that is called. */
    CALLEE,
    /** Whoever the document names in {@code spec.conf.side}. */
    EITHER
  }

  /** Whether several apply at once, where of others the most specific one wins. */
  public boolean addsUp() {
    return this == AUTHORIZATION || this == JWT_AUTHENTICATION;
  }

  /** The kind of that word, in any case of its letters. */
  public static Optional<Kind> of(String word) {
    return Arrays.stream(values()).filter(kind -> kind.word.equals(word)).findFirst();
  }

  /** All words. */
  public static List<String> words() {
    return Arrays.stream(values()).map(Kind::word).toList();
  }

  /**
   * Whether a document in shadow mode stands beside those that are enforced, so that it takes the
   * place of none; of others, the one that wins is enforced or not.
   */
  public boolean hasShadowsBeside() {
    return this == ROUTE || this == TIMEOUT || this == RETRY || this == LOAD_BALANCER;
  }

  private static Field side(String unwritten, String... others) {
    return Field.optional(
        "side",
        new OneOf(Stream.concat(Stream.of(unwritten), Stream.of(others)).toList()),
        unwritten,
        "Who enforces it: those who call, or the service that is called.");
  }

  private static Shape policy(Field... conf) {
    return Shape.of(
        from(),
        Field.optional(
            "to",
            Shape.of(
                Field.optional(
                    "service", new Text(TextForm.NAME), "every service", "Calls to this service."),
                Field.optional(
                    "route",
                    new Text(TextForm.NAME),
                    "every rule",
                    "Calls that this rule of the service's Route takes."),
                Field.optional(
                    "namespace",
                    new Text(TextForm.NAME),
                    "the document's own",
                    "Where the service is.")),
            "every service of the document's namespace; of the mesh, from weft-system",
            "Which destination it rules."),
        mode(),
        Field.required("conf", Shape.of(conf), "The policy itself."));
  }

  private static Field mode() {
    return Field.optional(
        "mode",
        new OneOf(List.of("enforce", "shadow")),
        "enforce",
        "shadow decides and records, and changes nothing.");
  }

  private static Field from() {
    return Field.optional(
        "from",
        Shape.of(
            Field.optional("service", new Text(TextForm.NAME), "any", "Calls of this service."),
            Field.optional(
                "labels", new Labels(), "any", "Calls of instances with all these labels."),
            Field.optional(
                "namespace", new Text(TextForm.NAME), "any", "Calls from this namespace.")),
        "everyone's",
        "Whose calls it rules.");
  }

  /** A policy of callers that leads to no service. */
  private static Shape fromHere(Field... conf) {
    return Shape.of(from(), mode(), Field.required("conf", Shape.of(conf), "The policy itself."));
  }

  /** A policy that the called service enforces, whoever calls. */
  private static Shape callee(Field... conf) {
    return Shape.of(
        Field.optional(
            "to",
            Shape.of(
                Field.optional(
                    "service", new Text(TextForm.NAME), "every service", "Which service."),
                Field.optional(
                    "namespace",
                    new Text(TextForm.NAME),
                    "the document's own",
                    "Where it is; another than its own from weft-system alone.")),
            "every service of the document's namespace; of the mesh, from weft-system",
            "Which services it rules."),
        mode(),
        Field.required("conf", Shape.of(conf), "The policy itself."));
  }

  private static Shape authorizationRule() {
    Type principals = new Many(new Text(TextForm.PRINCIPAL));
    Type namespaces = new Many(new Text(TextForm.NAME));
    Type methods = new Many(new Text(TextForm.METHOD));
    Type paths = new Many(new Text(TextForm.PATH_PATTERN));
    Type ranges = new Many(new Text(TextForm.CIDR));
    return Shape.of(
        Field.optional("principals", principals, "anybody", "Who asks, by its certificate."),
        Field.optional("notPrincipals", principals, "nobody", "Who is not meant."),
        Field.optional("namespaces", namespaces, "any", "Where who asks is from."),
        Field.optional("notNamespaces", namespaces, "none", "Namespaces that are not meant."),
        Field.optional("methods", methods, "any", "Methods of HTTP."),
        Field.optional("notMethods", methods, "none", "Methods that are not meant."),
        Field.optional("paths", paths, "any", "Paths, normalised, without their query."),
        Field.optional("notPaths", paths, "none", "Paths that are not meant."),
        Field.optional(
            "grpc",
            new Many(
                Shape.of(
                    Field.required("service", new Text(TextForm.GRPC_NAME), "Its full name."),
                    Field.optional(
                        "method", new Text(TextForm.GRPC_NAME), "all of them", "One method."))),
            "any",
            "Methods of gRPC: any of these or of paths."),
        Field.optional("sourceRanges", ranges, "any", "Addresses that connections come from."),
        Field.optional("notSourceRanges", ranges, "none", "Addresses that are not meant."),
        Field.optional(
            "headers",
            new Many(
                Shape.of(
                    Field.required("name", new Text(TextForm.HEADER_NAME), "Its name."),
                    Field.required(
                        "values",
                        new Many(new Text(TextForm.PATTERN)),
                        "Any of these; * alone means that it is there."))),
            "any",
            "All of these headers."),
        Field.optional(
            "claims",
            new Many(
                Shape.of(
                    Field.required(
                        "name",
                        new Text(TextForm.CLAIM_NAME),
                        "Its name; dots lead into nested ones."),
                    Field.required(
                        "values",
                        new Many(new Text(TextForm.PATTERN)),
                        "Any of these; * alone means that it is there."))),
            "any",
            "All of these claims of the token that a JwtAuthentication has found valid."));
  }

  private static Field count(String name, String unwritten, String about) {
    return Field.optional(name, new Whole(0, 1_000_000), unwritten, about);
  }

  private static Field time(String name, String unwritten, String about) {
    return Field.optional(
        name, new Time(Duration.ofMillis(1), Duration.ofHours(24)), unwritten, about);
  }

  private static Shape rule() {
    Type path = new Text(TextForm.PATH);
    return Shape.of(
        Field.optional(
            "name", new Text(TextForm.NAME), "none", "By which other documents mean it."),
        Field.optional(
            "matches",
            matches(),
            "every request",
            "Any of these; within one, all that is written."),
        Field.optional(
            "backends",
            new Many(
                Shape.of(
                    Field.optional(
                        "service", new Text(TextForm.NAME), "the called one", "Where it goes."),
                    Field.optional(
                        "namespace",
                        new Text(TextForm.NAME),
                        "the called service's",
                        "Where that service is."),
                    Field.optional(
                        "labels", new Labels(), "any", "Only instances with all these labels."),
                    Field.optional(
                        "weight", new Whole(0, 1_000_000), "1", "Its share among the backends."),
                    Field.optional(
                        "port", new Whole(1, 65_535), "the called one", "Number of its port."))),
            "the called service",
            "Where requests go, by weight."),
        Field.optional(
            "sessionPersistence",
            Shape.of(
                Field.required(
                    "sessionName", new Text(TextForm.HEADER_NAME), "The cookie's or header's."),
                Field.optional(
                    "type",
                    new OneOf(List.of("Cookie", "Header")),
                    "Cookie",
                    "What names the instance."),
                Field.optional(
                    "absoluteTimeout",
                    new Time(Duration.ofSeconds(1), Duration.ofHours(24)),
                    "as long as its client",
                    "How long the cookie lives.")),
            "none",
            "Has the requests of a session come to one instance."),
        Field.optional(
            "filters",
            new Many(
                Shape.of(
                        Field.optional("requestHeaders", edits(), "none", "Changes the request."),
                        Field.optional("responseHeaders", edits(), "none", "Changes the answer."),
                        Field.optional(
                            "urlRewrite",
                            Shape.of(
                                Field.optional(
                                    "host", new Text(TextForm.HOST), "kept", "Host to send."),
                                Field.optional("path", change(path), "kept", "Path to send.")),
                            "none",
                            "Sends it under another host or path."),
                        Field.optional(
                            "requestMirror",
                            Shape.of(
                                Field.optional(
                                    "service",
                                    new Text(TextForm.NAME),
                                    "the called one",
                                    "Who gets copies."),
                                Field.optional(
                                    "namespace",
                                    new Text(TextForm.NAME),
                                    "the called service's",
                                    "Where that service is."),
                                Field.optional(
                                    "labels",
                                    new Labels(),
                                    "any",
                                    "Only instances with all these labels."),
                                Field.optional(
                                    "port",
                                    new Whole(1, 65_535),
                                    "the called one",
                                    "Number of its port."),
                                Field.optional(
                                    "percent", new Percent(), "100", "Of the rule's requests.")),
                            "none",
                            "Sends copies, whose answers nobody sees."),
                        Field.optional(
                            "redirect",
                            Shape.of(
                                Field.optional(
                                    "scheme",
                                    new OneOf(List.of("http", "https")),
                                    "kept",
                                    "Scheme to name."),
                                Field.optional(
                                    "host", new Text(TextForm.HOST), "kept", "Host to name."),
                                Field.optional(
                                    "port", new Whole(1, 65_535), "kept", "Port to name."),
                                Field.optional("path", change(path), "kept", "Path to name."),
                                Field.optional(
                                    "statusCode",
                                    new OneOf(List.of("301", "302", "303", "307", "308")),
                                    "302",
                                    "Status to answer with.")),
                            "none",
                            "Answers with a redirect, without asking any backend."))
                    .oneOf(
                        "requestHeaders",
                        "responseHeaders",
                        "urlRewrite",
                        "requestMirror",
                        "redirect")),
            "none",
            "Each of its own kind at most once."));
  }

  private static Type matches() {
    return new Many(
        Shape.of(
                Field.optional(
                    "path",
                    Shape.of(
                        Field.optional(
                            "type",
                            new OneOf(List.of("Exact", "PathPrefix", "RegularExpression")),
                            "PathPrefix",
                            "PathPrefix goes by whole elements."),
                        Field.required("value", new Text(TextForm.ANY), "Path or expression.")),
                    "any",
                    "The path, without its query."),
                Field.optional(
                    "grpc",
                    Shape.of(
                        Field.optional(
                            "service", new Text(TextForm.GRPC_NAME), "any", "Its full name."),
                        Field.optional(
                            "method", new Text(TextForm.GRPC_NAME), "all of them", "One method.")),
                    "any",
                    "A service or method of gRPC, in place of a path."),
                Field.optional("method", new Text(TextForm.METHOD), "any", "The request's method."),
                Field.optional(
                    "headers",
                    new Many(named(TextForm.HEADER_NAME)),
                    "any",
                    "All of these headers."),
                Field.optional(
                    "queryParams",
                    new Many(named(TextForm.ANY)),
                    "any",
                    "All of these parameters."))
            .oneOf("path", "grpc"));
  }

  private static Shape named(TextForm name) {
    return Shape.of(
        Field.required("name", new Text(name), "Its name."),
        Field.optional(
            "type",
            new OneOf(List.of("Exact", "RegularExpression")),
            "Exact",
            "How the value is compared."),
        Field.required("value", new Text(TextForm.ANY), "Value or expression."));
  }

  private static Shape edits() {
    Type headers =
        new Many(
            Shape.of(
                Field.required("name", new Text(TextForm.HEADER_NAME), "Header's name."),
                Field.required("value", new Text(TextForm.HEADER_VALUE), "Header's value.")));
    return Shape.of(
        Field.optional("set", headers, "none", "Replaces what is there."),
        Field.optional("add", headers, "none", "Stands beside what is there."),
        Field.optional(
            "remove", new Many(new Text(TextForm.HEADER_NAME)), "none", "Names to take out."));
  }

  private static Shape change(Type path) {
    return Shape.of(
            Field.optional("replaceFullPath", path, "kept", "The whole path."),
            Field.optional(
                "replacePrefixMatch", path, "kept", "The prefix that the rule's PathPrefix met."))
        .oneOf("replaceFullPath", "replacePrefixMatch");
  }
}
