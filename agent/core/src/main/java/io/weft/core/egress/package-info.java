/** Which hosts outside the mesh may be called. */
@NullMarked
package io.weft.core.egress;

import org.jspecify.annotations.NullMarked;
