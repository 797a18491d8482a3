/** What calls come through when the service they go to is in trouble. */
package io.weft.it.trouble;
