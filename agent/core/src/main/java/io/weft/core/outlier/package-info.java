/** Who of several endpoints fails more than it should, and is left alone for a while. */
@NullMarked
package io.weft.core.outlier;

import org.jspecify.annotations.NullMarked;
