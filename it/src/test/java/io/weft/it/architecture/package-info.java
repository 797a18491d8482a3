/** Who may know whom. */
@NullMarked
package io.weft.it.architecture;

import org.jspecify.annotations.NullMarked;
