@NullMarked
package io.weft.control.share;

import org.jspecify.annotations.NullMarked;
