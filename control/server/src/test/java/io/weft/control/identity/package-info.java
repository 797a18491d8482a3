@NullMarked
package io.weft.control.identity;

import org.jspecify.annotations.NullMarked;
