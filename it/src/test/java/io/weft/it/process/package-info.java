/** Real processes under test: JVMs with and without the agent, and the control service. */
@NullMarked
package io.weft.it.process;

import org.jspecify.annotations.NullMarked;
