/** Where documents, what was accepted and instances are kept: etcd or a folder. */
@NullMarked
package io.weft.control.store;

import org.jspecify.annotations.NullMarked;
