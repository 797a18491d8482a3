/** Hooks the application's libraries as they are loaded, and links the hooks to their adapters. */
@NullMarked
package io.weft.core.instrument;

import org.jspecify.annotations.NullMarked;
