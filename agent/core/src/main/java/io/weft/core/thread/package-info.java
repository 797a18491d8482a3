/** The agent's own threads. */
@NullMarked
package io.weft.core.thread;

import org.jspecify.annotations.NullMarked;
