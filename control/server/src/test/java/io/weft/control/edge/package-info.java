@NullMarked
package io.weft.control.edge;

import org.jspecify.annotations.NullMarked;
