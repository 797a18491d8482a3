/** Who calls whom, as agents report it. */
@NullMarked
package io.weft.control.edge;

import org.jspecify.annotations.NullMarked;
