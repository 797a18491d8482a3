/** The data plane: decisions, endpoints, identity and telemetry, without a library's types. */
@NullMarked
package io.weft.core;

import org.jspecify.annotations.NullMarked;
