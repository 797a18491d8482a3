@NullMarked
package io.weft.demo.storefront;

import org.jspecify.annotations.NullMarked;
