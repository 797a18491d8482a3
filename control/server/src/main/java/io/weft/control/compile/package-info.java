/** Documents to the resources that agents are sent. */
@NullMarked
package io.weft.control.compile;

import org.jspecify.annotations.NullMarked;
