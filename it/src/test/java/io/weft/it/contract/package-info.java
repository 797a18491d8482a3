/**
 * What every adapter must obey: one suite for clients, one for servers, a subclass a library.
 * Applications under test are JVMs of their own with the packaged agent, in a mesh with a real
 * control.
 */
package io.weft.it.contract;
