@NullMarked
package io.weft.control.push;

import org.jspecify.annotations.NullMarked;
