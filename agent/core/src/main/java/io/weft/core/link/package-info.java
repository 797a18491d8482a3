/** The stream to control: join, subscribe, receive config, register, report. */
@NullMarked
package io.weft.core.link;

import org.jspecify.annotations.NullMarked;
