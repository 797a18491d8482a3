/** Calls that this process serves. */
@NullMarked
package io.weft.core.inbound;

import org.jspecify.annotations.NullMarked;
