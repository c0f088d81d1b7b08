package dev.vedette.tsdb.encode;

/**
 * Reads the tokens of a page and their raw bits; see {@link RansEncoder} and {@link Tokens}.
 *
 * <p>Each token waits for the one before, so this loop decides how fast blocks are read. It has no
 * branch that data decides but one that is almost never taken: residuals are random, and a branch
 * mispredicted on every third token would cost more than all else.
 */
final class RansDecoder {
  // By token: the residual without its raw bits, and how many of them there are.
  private static final long[] BASES = new long[1 << TokenTable.TOKEN_BITS];
  private static final byte[] RAW_BITS = new byte[1 << TokenTable.TOKEN_BITS];
  private static final byte[] OWN = new byte[1 << TokenTable.TOKEN_BITS];
  private static final byte[] SIBLING = new byte[1 << TokenTable.TOKEN_BITS];

  // A word of 64 bits read at any bit holds this many.
  private static final int MAX_SHORT_BITS = 56;

  static {
    for (int token = 0; token < Tokens.COUNT; token++) {
      BASES[token] = Tokens.folded(token, 0);
      RAW_BITS[token] = (byte) Tokens.rawBits(token);
      OWN[token] = (byte) Tokens.ownClass(token);
      SIBLING[token] = (byte) Tokens.siblingClass(token);
    }
  }

  private byte[] bytes = {};
  private int at;
  private int end;
  private long state;
  // Bit positions in the array.
  private long rawAt;
  private long rawEnd;

  /**
   * Begins a page whose tokens the source stands at, with the raw bits behind; a page without any
   * ends here.
   *
   * @param source with an array that has {@link BitSource#PADDING} bytes behind its end
   */
  void reset(ByteSource source) {
    int length = source.remaining() == 0 ? 0 : source.count("a token length", source.remaining());
    bytes = source.array();
    at = source.position();
    end = at + length;
    state = RansEncoder.LOWEST_STATE;
    if (length > 0) {
      state = source.fixed32() & 0xffff_ffffL;
      at += Integer.BYTES;
      source.skip(length - Integer.BYTES);
    }
    rawAt = (long) source.position() << 3;
    rawEnd = rawAt + ((long) source.remaining() << 3);
  }

  /**
   * Decodes residuals to {@code out[1..size)}.
   *
   * @param sibling classes of the sibling's tokens at the same places, replaced by those decoded
   */
  void decode(TokenTable table, byte[] sibling, long[] out, int size) {
    byte[] in = bytes;
    int[] cells = table.cells();
    long x = state;
    int next = at;
    long raw = rawAt;
    int own = 0;
    int ownBefore = 0;
    for (int i = 1; i < size; i++) {
      int context = Tokens.context(own, ownBefore, sibling[i]);
      int place = (int) x & TokenTable.TOTAL - 1;
      int cell = cells[context << TokenTable.PRECISION | place];
      int token = cell & (1 << TokenTable.TOKEN_BITS) - 1;
      long frequency = cell >>> TokenTable.TOKEN_BITS & 2L * TokenTable.TOTAL - 1;
      x =
          frequency * (x >>> TokenTable.PRECISION)
              + (cell >>> TokenTable.TOKEN_BITS + TokenTable.PRECISION + 1);
      // Damage may make the words run out; then the last ones come again and isExhausted tells.
      int word = (short) Endian.SHORT.get(in, Math.min(next, end)) & 0xffff;
      int refill = (int) (x - RansEncoder.LOWEST_STATE >>> 63);
      x = x << (refill << 4) | word & -refill;
      next += refill << 1;

      int bits = RAW_BITS[token];
      long folded;
      if (bits <= MAX_SHORT_BITS) {
        long window = (long) Endian.LONG.get(in, (int) (Math.min(raw, rawEnd) >>> 3));
        // Two shifts, so that no bits at all can be taken too.
        long value = Long.reverseBytes(window) << (raw & 7) >>> 1 >>> 63 - bits;
        folded = BASES[token] | value;
      } else {
        folded = BASES[token] | longRaw(raw, bits);
      }
      raw += bits;
      out[i] = Endian.unzigzag(folded);
      sibling[i] = SIBLING[token];
      ownBefore = own;
      own = OWN[token];
    }
    state = x;
    at = next;
    rawAt = raw;
  }

  private long longRaw(long position, int count) {
    long high = shortRaw(position, count - 32);
    return high << 32 | shortRaw(position + count - 32, 32);
  }

  private long shortRaw(long position, int count) {
    long window = (long) Endian.LONG.get(bytes, (int) (Math.min(position, rawEnd) >>> 3));
    return Long.reverseBytes(window) << (position & 7) >>> 64 - count;
  }

  /** Whether more was read than there is. */
  boolean isExhausted() {
    return at > end || rawAt > rawEnd;
  }
}
