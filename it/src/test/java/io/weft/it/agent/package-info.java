/** The packaged agent in JVMs of its own: what it leaves alone, and what it says. */
@NullMarked
package io.weft.it.agent;

import org.jspecify.annotations.NullMarked;
