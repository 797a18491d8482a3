/** What people write: kinds, their fields, and reading them with the line of each mistake. */
@NullMarked
package io.weft.control.document;

import org.jspecify.annotations.NullMarked;
