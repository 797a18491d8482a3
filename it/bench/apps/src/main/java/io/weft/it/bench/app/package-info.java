/** The two sides of a race: what is called, and what calls it. They know nothing of the mesh. */
@NullMarked
package io.weft.it.bench.app;

import org.jspecify.annotations.NullMarked;
