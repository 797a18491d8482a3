package io.weft.core.link;

import io.weft.api.v1.Credential;
import java.util.Optional;

/**
 * What this agent shows to control at a join, and how it knows control.
 *
 * @param name for messages, such as "the join token"; never holds a secret
 * @param message what Hello carries
 * @param roots that control must present itself under
 * @param certificate shown as TLS' client; absent where what Hello carries proves all
 */
record JoinCredential(
    String name, Credential message, ControlRoots roots, Optional<ClientCertificate> certificate) {}
