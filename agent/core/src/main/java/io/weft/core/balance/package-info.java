/** Choosing one of several endpoints. */
@NullMarked
package io.weft.core.balance;

import org.jspecify.annotations.NullMarked;
