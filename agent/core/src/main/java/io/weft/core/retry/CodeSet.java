package io.weft.core.retry;

import java.util.BitSet;
import java.util.Collection;
import java.util.List;

/** A set of small codes, asked without boxing. Immutable. */
public final class CodeSet {
  /** No code. */
  public static final CodeSet EMPTY = new CodeSet(new BitSet());

  private final BitSet codes;

  private CodeSet(BitSet codes) {
    this.codes = codes;
  }

  /** These codes, none negative. */
  public static CodeSet of(Collection<Integer> codes) {
    BitSet set = new BitSet();
    codes.forEach(set::set);
    return new CodeSet(set);
  }

  /** Those in it, in their order. */
  public List<Integer> codes() {
    return codes.stream().boxed().toList();
  }

  public boolean contains(int code) {
    return code >= 0 && codes.get(code);
  }
}
