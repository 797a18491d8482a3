/** The public keys of token issuers, fetched for all agents. */
@NullMarked
package io.weft.control.keys;

import org.jspecify.annotations.NullMarked;
