package dev.vedette.tsdb.encode;

/**
 * Residuals as tokens: the sign is folded in, then 0 to 7 stand for themselves and anything larger
 * for its length and the bit below its highest, with the remaining bits written raw. Tokens are
 * coded in a context: the two tokens before, and the sibling's token at the same place.
 */
final class Tokens {
  static final int COUNT = 130;
  static final int CONTEXTS = 28;

  private static final int DIRECT = 8;
  private static final int SIBLING_CLASSES = 4;

  /** Classes of the own last tokens and of the sibling's. */
  private static final byte[] OWN = new byte[COUNT];

  private static final byte[] SIBLING = new byte[COUNT];

  static {
    for (int token = 0; token < COUNT; token++) {
      OWN[token] =
          (byte)
              (token == 0
                  ? 0
                  : token <= 2
                      ? 1
                      : token <= 7 ? 2 : token <= 13 ? 3 : token <= 21 ? 4 : token <= 33 ? 5 : 6);
      SIBLING[token] = (byte) (token == 0 ? 0 : token <= 7 ? 1 : token <= 21 ? 2 : 3);
    }
  }

  private Tokens() {}

  static int token(long folded) {
    if (folded >= 0 && folded < DIRECT) {
      return (int) folded;
    }
    int length = Endian.bitLength(folded);
    return DIRECT + (length - 4) * 2 + (int) (folded >>> length - 2 & 1);
  }

  /** Number of raw bits behind a token. */
  static int rawBits(int token) {
    return token < DIRECT ? 0 : (token - DIRECT >>> 1) + 2;
  }

  /** The folded residual of a token and its raw bits. */
  static long folded(int token, long raw) {
    if (token < DIRECT) {
      return token;
    }
    // The highest bit, then the one the token holds.
    return (2L | token & 1) << rawBits(token) | raw;
  }

  /**
   * Context after a token of class {@code own} that follows one of class {@code ownBefore}, beside
   * a sibling of class {@code sibling}.
   */
  static int context(int own, int ownBefore, int sibling) {
    return Math.max(own, ownBefore - 1) * SIBLING_CLASSES + sibling;
  }

  /** Class of an own token: 0 to 6 by size. */
  static int ownClass(int token) {
    return OWN[token];
  }

  /** Class of a token as a sibling's: 0 to 3 by size. */
  static int siblingClass(int token) {
    return SIBLING[token];
  }
}
