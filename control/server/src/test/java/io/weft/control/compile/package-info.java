@NullMarked
package io.weft.control.compile;

import org.jspecify.annotations.NullMarked;
