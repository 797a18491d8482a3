/** The one thread that owns control's state. */
@NullMarked
package io.weft.control.loop;

import org.jspecify.annotations.NullMarked;
