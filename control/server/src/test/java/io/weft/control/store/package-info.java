/** One contract for both stores. */
@NullMarked
package io.weft.control.store;

import org.jspecify.annotations.NullMarked;
