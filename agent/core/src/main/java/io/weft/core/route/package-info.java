/** Which rule and which backend a request is for. */
@NullMarked
package io.weft.core.route;

import org.jspecify.annotations.NullMarked;
