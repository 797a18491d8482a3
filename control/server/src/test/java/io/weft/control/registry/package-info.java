@NullMarked
package io.weft.control.registry;

import org.jspecify.annotations.NullMarked;
