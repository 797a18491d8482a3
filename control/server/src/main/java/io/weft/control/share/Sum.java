package io.weft.control.share;

/**
 * How often instances of a service are asked together.
 *
 * @param perSecond requests that come
 * @param instances that said so
 */
public record Sum(double perSecond, int instances) {
  static final Sum NONE = new Sum(0, 0);

  Sum plus(Sum other) {
    return new Sum(perSecond + other.perSecond, instances + other.instances);
  }
}
