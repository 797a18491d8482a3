/** Control services over one store. */
@NullMarked
package io.weft.control.replica;

import org.jspecify.annotations.NullMarked;
