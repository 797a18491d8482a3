package io.weft.core.egress;

import io.weft.core.inbound.IpRange;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Calls that fare otherwise than the others: to any of these hosts or ranges, on any of these
 * ports. Immutable.
 *
 * @param anywhere whether it tells no hosts apart
 * @param names in small letters
 * @param ends of names, each with the dot it begins with
 * @param ports empty for all
 */
record EgressException(
    boolean anywhere,
    Set<String> names,
    List<String> ends,
    List<IpRange> ranges,
    Set<Integer> ports) {

  static EgressException of(io.weft.api.v1.EgressException exception) {
    Set<String> names = new HashSet<>(exception.getHostsList());
    names.removeIf(host -> host.startsWith("*"));
    return new EgressException(
        exception.getHostsCount() == 0 && exception.getRangesCount() == 0,
        Set.copyOf(names),
        exception.getHostsList().stream()
            .filter(host -> host.startsWith("*"))
            .map(host -> host.substring(1))
            .toList(),
        exception.getRangesList().stream().map(IpRange::parse).toList(),
        Set.copyOf(exception.getPortsList()));
  }

  /**
   * Whether it means a call.
   *
   * @param address of a host that is a literal; else empty
   */
  boolean means(String name, byte[] address, int port) {
    return (ports.isEmpty() || ports.contains(port))
        && (anywhere
            || names.contains(name)
            || endsAsOneOf(name)
            || IpRange.anyHas(ranges, address));
  }

  private boolean endsAsOneOf(String name) {
    for (String end : ends) {
      if (name.length() > end.length() && name.endsWith(end)) {
        return true;
      }
    }
    return false;
  }
}
