/** Compiled resources: what a push brings, behind one volatile field. */
@NullMarked
package io.weft.core.config;

import org.jspecify.annotations.NullMarked;
