/** The control service. */
@NullMarked
package io.weft.control;

import org.jspecify.annotations.NullMarked;
