/** What the user can set: read once at start from argument, properties and environment. */
@NullMarked
package io.weft.core.settings;

import org.jspecify.annotations.NullMarked;
