package io.weft.core.balance;

/** A hash that is the same in every JVM: all callers are to find the same endpoint. */
public final class StableHash {
  private static final long FNV_BASIS = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;

  private StableHash() {}

  /** Of a text from {@code begin} to before {@code end}: FNV-1a, mixed so that all bits count. */
  public static long of(String text, int begin, int end) {
    long hash = FNV_BASIS;
    for (int i = begin; i < end; i++) {
      hash = (hash ^ text.charAt(i)) * FNV_PRIME;
    }
    return mix(hash);
  }

  /** Of a whole text. */
  public static long of(String text) {
    return of(text, 0, text.length());
  }

  /** A bijection under which neighbours end up far apart (Stafford's thirteenth mix). */
  static long mix(long value) {
    long mixed = (value ^ value >>> 30) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ mixed >>> 27) * 0x94d049bb133111ebL;
    return mixed ^ mixed >>> 31;
  }
}
