/** Where a call can go. */
@NullMarked
package io.weft.core.endpoint;

import org.jspecify.annotations.NullMarked;
