/** What a newcomer sees first. */
@NullMarked
package io.weft.it.demo;

import org.jspecify.annotations.NullMarked;
