package io.weft.core.settings;

import java.util.Locale;

/**
 * Every setting of the agent, with what the documentation says of it.
 *
 * <p>Each can be given, in this order of precedence, in the agent's argument (without {@code
 * weft.}), as a system property and in the environment.
 */
public enum Setting {
  SERVICE(
      "weft.service",
      "`OTEL_SERVICE_NAME`",
      "Name of the service this process is an instance of, a DNS label. Without it the agent stays"
          + " passive."),
  NAMESPACE("weft.namespace", "default", "Namespace of the service, a DNS label."),
  LABELS(
      "weft.labels",
      "",
      "Labels of this instance, `key=value;key=value`; routes choose among instances by them."),
  CONTROL(
      "weft.control",
      "127.0.0.1:15010",
      "Addresses of control, `host:port`, separated by semicolons (or commas, outside the agent's"
          + " argument)."),
  CONTROL_CA_FILE(
      "weft.control.ca.file",
      "",
      "Root certificates of control, PEM, such as a copy of its `root.pem`. A join token names the"
          + " root itself; `kubernetes` and `x509` need this."),
  JOIN(
      "weft.join",
      "token",
      "What proves to control who this process is: `token`, a join token; `kubernetes`, a service"
          + " account token; `x509`, a certificate that somebody else has issued."),
  TOKEN("weft.token", "", "Join token, as control wrote it."),
  TOKEN_FILE(
      "weft.token.file",
      "~/.weft/join-token",
      "File that holds the join token; read at each join."),
  KUBERNETES_TOKEN_FILE(
      "weft.kubernetes.token.file",
      "/var/run/secrets/tokens/weft",
      "File of the service account token, from a projected volume; read at each join."),
  X509_CERTIFICATE_FILE(
      "weft.x509.certificate.file",
      "",
      "File of the certificate to join by and what leads to its root, PEM; read at each join."),
  X509_KEY_FILE(
      "weft.x509.key.file", "", "File of that certificate's key, PEM; read at each join."),
  ADDRESS(
      "weft.address",
      "`POD_IP`, else the local address of the connection to control",
      "Host or address at which other services reach this instance."),
  PORTS_EXCLUDE(
      "weft.ports.exclude",
      "",
      "Ports that are not registered, such as a management port: `8081;9000-9010`."),
  ZONE("weft.zone", "", "Zone in which this instance runs."),
  DIR("weft.dir", "~/.weft/agent", "Folder in which the last config is kept for the next start."),
  DRAIN(
      "weft.drain",
      "5s",
      "How long a stopping process waits for control's consent and for requests in flight."),
  INITIAL(
      "weft.initial",
      "permissive",
      "What happens to requests for which the policies of this service have not come in 5 s, at its"
          + " very first start: `permissive` lets them in, `strict` refuses them."),
  FORWARD_CLIENT_CERT(
      "weft.forward.client.cert",
      "off",
      "Whether the application gets the header `X-Forwarded-Client-Cert` (Envoy's form) with who has"
          + " proven to be the caller: `off`, `set`, or `append` to keep what a proven caller has sent"
          + " before it. A stranger's never reaches it."),
  ENABLED("weft.enabled", "true", "`false` switches the agent off entirely."),
  LOG(
      "weft.log",
      "info",
      "How much the agent writes to stderr: `off`, `error`, `warn`, `info`, `debug`.");

  private final String property;
  private final String defaultText;
  private final String meaning;

  Setting(String property, String defaultText, String meaning) {
    this.property = property;
    this.defaultText = defaultText;
    this.meaning = meaning;
  }

  /** Name as a system property, e.g. {@code weft.ports.exclude}. */
  public String property() {
    return property;
  }

  /** Name in the environment, e.g. {@code WEFT_PORTS_EXCLUDE}. */
  public String variable() {
    return property.toUpperCase(Locale.ROOT).replace('.', '_');
  }

  /** Name in the agent's argument, e.g. {@code ports.exclude}. */
  public String argument() {
    return property.substring("weft.".length());
  }

  /** What holds if it is not given; empty for nothing, in backquotes where it is another source. */
  public String defaultText() {
    return defaultText;
  }

  /** What it means and how it is written, in Markdown. */
  public String meaning() {
    return meaning;
  }
}
