package io.weft.core.link;

import io.weft.core.settings.Settings;

/** Where what this agent joins by is found; asked anew at each join, as all of it ends. */
interface CredentialSource {

  /**
   * Reads it.
   *
   * @throws NoCredentialException if there is none, or it is none; says which, where and the mend
   */
  JoinCredential read() throws NoCredentialException;

  /** The one that the settings name. */
  static CredentialSource of(Settings settings) {
    return switch (settings.join()) {
      case TOKEN -> new JoinTokenSource(settings);
      case KUBERNETES -> new ServiceAccountSource(settings);
      case X509 -> new CertificateSource(settings);
    };
  }
}
