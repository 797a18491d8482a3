/** Hosts outside the mesh that have a name in it. */
@NullMarked
package io.weft.core.external;

import org.jspecify.annotations.NullMarked;
