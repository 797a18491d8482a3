/** The instances that serve, and the services first seen through them. */
@NullMarked
package io.weft.control.registry;

import org.jspecify.annotations.NullMarked;
