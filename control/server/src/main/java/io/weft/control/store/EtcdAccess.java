package io.weft.control.store;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How etcd proves itself to control, and control to etcd. Secrets stand in files, which are read
 * once, at start.
 *
 * @param roots PEM certificates of the authorities that etcd's certificate may come from; null for
 *     those that Java believes
 * @param certificate control's own, PEM, what leads to its root behind it; null for none
 * @param key the certificate's private key, PEM, not encrypted
 * @param user name that etcd knows; empty for none but the certificate's common name
 * @param passwordFile the user's password, in one line
 */
public record EtcdAccess(
    @Nullable Path roots,
    @Nullable Path certificate,
    @Nullable Path key,
    String user,
    @Nullable Path passwordFile) {

  /** For an etcd that lets everybody in. */
  public static final EtcdAccess OPEN = new EtcdAccess(null, null, null, "", null);

  /**
   * @throws IllegalArgumentException in one line, if a half of a pair is missing
   */
  public EtcdAccess {
    if ((certificate == null) != (key == null)) {
      throw new IllegalArgumentException("--etcd-cert and --etcd-key belong together: give both");
    }
    if (user.isEmpty() != (passwordFile == null)) {
      throw new IllegalArgumentException(
          "--etcd-user and --etcd-password-file belong together: give both");
    }
  }

  boolean hasTls() {
    return roots != null || certificate != null;
  }

  boolean isOpen() {
    return equals(OPEN);
  }
}
