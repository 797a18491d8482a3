/** Who this process is, whom it believes, and the mutual TLS made of both. */
@NullMarked
package io.weft.core.identity;

import org.jspecify.annotations.NullMarked;
