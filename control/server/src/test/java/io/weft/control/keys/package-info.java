@NullMarked
package io.weft.control.keys;

import org.jspecify.annotations.NullMarked;
