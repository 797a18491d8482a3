@NullMarked
package io.weft.control.join;

import org.jspecify.annotations.NullMarked;
