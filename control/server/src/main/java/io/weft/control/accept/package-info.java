/** From what is written to what is in force, with versions and history. */
@NullMarked
package io.weft.control.accept;

import org.jspecify.annotations.NullMarked;
