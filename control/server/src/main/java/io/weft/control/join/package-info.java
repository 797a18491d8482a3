/** Who may join the mesh, by which credential, and how often in vain. */
@NullMarked
package io.weft.control.join;

import org.jspecify.annotations.NullMarked;
