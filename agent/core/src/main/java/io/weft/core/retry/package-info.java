/** Whether, when and how often to try again. */
@NullMarked
package io.weft.core.retry;

import org.jspecify.annotations.NullMarked;
