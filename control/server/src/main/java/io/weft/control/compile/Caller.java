package io.weft.control.compile;

import java.util.Map;

/** Who calls, as far as policies tell callers apart. */
public record Caller(ServiceId service, Map<String, String> labels) {}
