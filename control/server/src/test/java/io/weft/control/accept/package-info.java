/** What is taken into force, and what is not. */
@NullMarked
package io.weft.control.accept;

import org.jspecify.annotations.NullMarked;
