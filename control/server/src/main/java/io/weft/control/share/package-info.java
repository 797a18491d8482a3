/** How limits that instances share are shared out over them. */
@NullMarked
package io.weft.control.share;

import org.jspecify.annotations.NullMarked;
