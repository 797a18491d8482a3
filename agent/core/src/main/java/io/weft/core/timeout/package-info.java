/** How long a call may take. */
@NullMarked
package io.weft.core.timeout;

import org.jspecify.annotations.NullMarked;
