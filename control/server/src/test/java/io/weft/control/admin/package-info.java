/** Tests of the admin API: who may ask for what. */
@NullMarked
package io.weft.control.admin;

import org.jspecify.annotations.NullMarked;
