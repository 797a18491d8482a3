/** What the command talks to. */
@NullMarked
package io.weft.control.admin;

import org.jspecify.annotations.NullMarked;
