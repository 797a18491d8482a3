/** Small applications for the agent to ride on. They use nothing but the JDK. */
@NullMarked
package io.weft.it.agent.app;

import org.jspecify.annotations.NullMarked;
