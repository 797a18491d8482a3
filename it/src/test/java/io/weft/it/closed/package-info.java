/** What fails closed: servers nobody guards, policies on their way, what is kept on disk. */
@NullMarked
package io.weft.it.closed;

import org.jspecify.annotations.NullMarked;
