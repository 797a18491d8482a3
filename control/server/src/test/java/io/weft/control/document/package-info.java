@NullMarked
package io.weft.control.document;

import org.jspecify.annotations.NullMarked;
