/** The request a thread works for: its trace, its deadline, its caller. */
@NullMarked
package io.weft.core.scope;

import org.jspecify.annotations.NullMarked;
