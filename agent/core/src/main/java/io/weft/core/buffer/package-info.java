/** Buffers of the agent's own connections. */
@NullMarked
package io.weft.core.buffer;

import org.jspecify.annotations.NullMarked;
