/** Spans, counters and reports, made from the records of calls. */
@NullMarked
package io.weft.core.telemetry;

import org.jspecify.annotations.NullMarked;
