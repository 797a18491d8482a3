@NullMarked
package io.weft.demo.orders;

import org.jspecify.annotations.NullMarked;
