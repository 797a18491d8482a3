/** Why a request goes where it goes, in words. */
@NullMarked
package io.weft.core.explain;

import org.jspecify.annotations.NullMarked;
