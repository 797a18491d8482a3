package io.weft.control.edge;

/**
 * Who was denied by what at a service, over the last ten minutes.
 *
 * @param service as {@code namespace/name}
 * @param caller its SPIFFE ID; {@code unknown} where nothing was proven, {@code other} for those
 *     beyond what an agent tells apart
 * @param policy {@code Kind/namespace/name}, or {@code mesh} where no document stands behind it
 * @param mode {@code enforce}, or {@code shadow} for what would have been denied
 * @param lastAt ISO 8601
 */
public record Denial(
    String service, String caller, String policy, String mode, long count, String lastAt) {}
