/** Measures what the mesh costs an application: see docs/performance.md. */
@NullMarked
package io.weft.it.bench;

import org.jspecify.annotations.NullMarked;
