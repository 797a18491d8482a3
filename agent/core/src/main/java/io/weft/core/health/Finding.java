package io.weft.core.health;

/**
 * What came of a check.
 *
 * @param says why an endpoint is not well, in a few words
 */
record Finding(Kind kind, String says) {
  enum Kind {
    WELL,
    UNWELL,
    /** It could not be asked: that says nothing of it. */
    NOT_ASKED
  }

  static final Finding WELL = new Finding(Kind.WELL, "");
  static final Finding NOT_ASKED = new Finding(Kind.NOT_ASKED, "");

  static Finding unwell(String says) {
    return new Finding(Kind.UNWELL, says);
  }
}
