package io.weft.control.store;

import java.nio.file.Path;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Why etcd did not do what it was asked, in one line for people.
 *
 * @param line names etcd, what is wrong and what mends it
 * @param settled whether asking again is in vain until somebody mends it
 */
record EtcdFault(String line, boolean settled) {

  /**
   * Reads it from what jetcd, gRPC, Netty and the JDK throw.
   *
   * @param etcd its name in messages
   */
  static EtcdFault of(Throwable thrown, String etcd, EtcdAccess access) {
    List<Throwable> causes = causes(thrown);
    String all = String.join("\n", causes.stream().map(each -> said(each)).toList());
    String refusal = refusal(all, access);
    if (refusal == null && causes.stream().anyMatch(SSLException.class::isInstance)) {
      refusal = tls(causes, all, access);
    }
    if (refusal != null) {
      return new EtcdFault(etcd + refusal, true);
    }
    return new EtcdFault(
        etcd
            + " does not answer: "
            + (all.contains("Network closed for unknown reason")
                ? "it closes each connection; if it speaks TLS, write https:// in --store"
                : root(causes)),
        false);
  }

  // What etcd itself answers: api/v3rpc/rpctypes/error.go of its sources.
  private static @Nullable String refusal(String all, EtcdAccess access) {
    if (all.contains("authentication failed, invalid user ID or password")) {
      return " does not know user "
          + access.user()
          + " with the password in "
          + access.passwordFile()
          + ": put the right one there, or name another user with --etcd-user";
    }
    if (all.contains("permission denied")) {
      return " denies "
          + who(access)
          + " what is below /weft/: give its role that (etcdctl role grant-permission <role>"
          + " --prefix readwrite /weft/)";
    }
    if (all.contains("user name is empty")) {
      return " lets in nobody without a name: give --etcd-user and --etcd-password-file, or"
          + " --etcd-cert and --etcd-key";
    }
    if (all.contains("authentication is not enabled")) {
      return " knows no users: turn them on (etcdctl auth enable), or leave out --etcd-user";
    }
    return null;
  }

  private static String who(EtcdAccess access) {
    return access.user().isEmpty()
        ? access.certificate() == null
            ? "control"
            : "the user whom the certificate in " + access.certificate() + " names"
        : "user " + access.user();
  }

  private static String tls(List<Throwable> causes, String all, EtcdAccess access) {
    String lower = all.toLowerCase(Locale.ROOT);
    if (lower.contains("not an ssl/tls record")) {
      return " does not speak TLS: write http:// in --store, or have etcd do so (--cert-file)";
    }
    if (lower.contains("received fatal alert") || lower.contains("bad_certificate")) {
      return access.certificate() == null
          ? " wants a certificate of control's own (--etcd-cert and --etcd-key): " + root(causes)
          : " does not take the certificate in "
              + access.certificate()
              + ": it must be of an authority that etcd trusts (its --trusted-ca-file): "
              + root(causes);
    }
    if (causes.stream().anyMatch(CertificateExpiredException.class::isInstance)
        || causes.stream().anyMatch(CertificateNotYetValidException.class::isInstance)) {
      return " shows a certificate that is not valid now ("
          + root(causes)
          + "): renew it, or set this machine's clock";
    }
    if (lower.contains("subject alternative") || lower.contains("no name matching")) {
      return " shows a certificate of another host ("
          + root(causes)
          + "): write the host it is for in --store";
    }
    Path roots = access.roots();
    return roots == null
        ? " shows a certificate that Java does not believe: name its authority's with --etcd-ca ("
            + root(causes)
            + ")"
        : " shows a certificate that none of those in "
            + roots
            + " has signed: name its authority's with --etcd-ca ("
            + root(causes)
            + ")";
  }

  private static List<Throwable> causes(Throwable thrown) {
    List<Throwable> causes = new ArrayList<>();
    for (Throwable each = thrown; each != null && !causes.contains(each); each = each.getCause()) {
      causes.add(each);
    }
    return causes;
  }

  // The innermost that says something.
  private static String root(List<Throwable> causes) {
    for (int i = causes.size() - 1; i > 0; i--) {
      if (causes.get(i).getMessage() != null) {
        return said(causes.get(i));
      }
    }
    Throwable outer = causes.get(0);
    return outer.getMessage() == null ? outer.getClass().getSimpleName() : said(outer);
  }

  private static String said(Throwable fault) {
    return String.valueOf(fault.getMessage()).replaceAll("\\s+", " ").strip();
  }
}
