package io.weft.core.call;

/** A header and one value of it. */
public record HeaderField(String name, String value) {}
