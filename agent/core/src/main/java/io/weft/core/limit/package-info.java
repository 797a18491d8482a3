/** How many calls to a service may be in flight at once. */
@NullMarked
package io.weft.core.limit;

import org.jspecify.annotations.NullMarked;
