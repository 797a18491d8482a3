package io.weft.core.identity;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;

/**
 * Mutual TLS toward one principal with one identity: whoever else answers fails the handshake. The
 * same object for as long as identity and trust stay the same, so that pools may be keyed by it.
 *
 * @param principal the SPIFFE ID that the other side must prove
 * @param epoch as {@link MeshTls#epoch} was when it was made
 */
public record ClientTls(
    String principal, int epoch, SSLContext context, SSLSocketFactory socketFactory) {}
