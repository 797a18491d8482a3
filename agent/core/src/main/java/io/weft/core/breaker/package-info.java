/** Whether a service is asked at all, or left alone as it fails too often. */
@NullMarked
package io.weft.core.breaker;

import org.jspecify.annotations.NullMarked;
