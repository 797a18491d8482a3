@NullMarked
package io.weft.demo.stock;

import org.jspecify.annotations.NullMarked;
