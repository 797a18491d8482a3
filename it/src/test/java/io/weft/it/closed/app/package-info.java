/** Applications under test, with not one line of mesh code. */
package io.weft.it.closed.app;
