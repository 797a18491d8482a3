package io.weft.core.inbound;

/**
 * The name of a header that came, as its library keeps it: most keep bytes, and to look at each
 * header of each request shall make no string of it. Compares without regard to case.
 */
public interface HeaderName {
  boolean is(String name);

  boolean beginsWith(String prefix);

  /** A name that is a string already. */
  static HeaderName of(String text) {
    return new HeaderName() {
      @Override
      public boolean is(String name) {
        return text.equalsIgnoreCase(name);
      }

      @Override
      public boolean beginsWith(String prefix) {
        return text.regionMatches(true, 0, prefix, 0, prefix.length());
      }
    };
  }
}
