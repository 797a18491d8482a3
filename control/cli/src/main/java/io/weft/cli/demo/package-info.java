/** {@code weft demo}: a shop of real services on this machine, in a mesh, with traffic. */
@NullMarked
package io.weft.cli.demo;

import org.jspecify.annotations.NullMarked;
