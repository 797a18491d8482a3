/** The two programs: one that has trouble, and one that calls it. */
package io.weft.it.trouble.app;
