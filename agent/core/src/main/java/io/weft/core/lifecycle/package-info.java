/** The agent's life in the process: start-up order, shutdown. */
@NullMarked
package io.weft.core.lifecycle;

import org.jspecify.annotations.NullMarked;
