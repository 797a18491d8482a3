/** What this process offers: its listening ports, its hooks and the record control keeps of it. */
@NullMarked
package io.weft.core.registry;

import org.jspecify.annotations.NullMarked;
