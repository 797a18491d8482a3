/** The command {@code weft}: control itself, and what people tell and ask it. */
@NullMarked
package io.weft.cli;

import org.jspecify.annotations.NullMarked;
