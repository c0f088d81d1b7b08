package dev.vedette.wire.chunk;

/** Where the bits of a double differed from those before it, as long as that holds. */
final class XorWindow {
  /** Five bits hold the number of leading zeros. */
  static final int MOST_LEADING = 31;

  private static final int NONE = 0xff;

  long previous;
  int leading = NONE;
  int trailing;

  /** Begins with this value, and no window. */
  void begin(long value) {
    previous = value;
    leading = NONE;
    trailing = 0;
  }

  boolean holds(int newLeading, int newTrailing) {
    return leading != NONE && newLeading >= leading && newTrailing >= trailing;
  }
}
