/** Small applications that the contracts run in JVMs of their own; they know of no mesh. */
package io.weft.it.contract.app;
