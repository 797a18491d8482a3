package io.weft.core.settings;

/**
 * A value as somebody gave it.
 *
 * @param name as it was written there
 * @param place where: agent argument, system property or environment
 */
record Given(String name, String place, String value) {}
