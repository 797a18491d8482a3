/** What calls suffer on purpose, so that one knows how they take it. */
@NullMarked
package io.weft.core.fault;

import org.jspecify.annotations.NullMarked;
