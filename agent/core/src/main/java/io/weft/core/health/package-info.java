/** Endpoints that are asked, beside all calls, how they are. */
@NullMarked
package io.weft.core.health;

import org.jspecify.annotations.NullMarked;
