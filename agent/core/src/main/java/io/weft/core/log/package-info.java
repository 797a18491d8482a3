/** The agent's own voice: one line each, on stderr, never through the application's logging. */
@NullMarked
package io.weft.core.log;

import org.jspecify.annotations.NullMarked;
