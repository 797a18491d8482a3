package io.weft.control.share;

/**
 * What status says of an instance's part in a limit.
 *
 * @param policy {@code Kind/namespace/name}
 * @param share 0 to 1; 0 while this replica has not told it anything
 */
public record Rate(
    String policy, double share, double offeredPerSecond, double admittedPerSecond) {}
