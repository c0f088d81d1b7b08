package dev.vedette.tsdb.encode;

/** Reads the tokens of a page and their raw bits; see {@link RansEncoder} and {@link Tokens}. */
final class RansDecoder {
  private byte[] bytes = {};
  private int at;
  private int end;
  private long state;
  private final BitSource raw = new BitSource();

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
    raw.reset(bytes, source.position(), source.position() + source.remaining());
  }

  /**
   * Decodes residuals to {@code out[1..size)}.
   *
   * @param sibling tokens of the sibling at the same places, replaced by the tokens decoded
   */
  void decode(TokenTable table, byte[] sibling, long[] out, int size) {
    byte[] tokenAt = table.tokenAt();
    int[] shares = table.shares();
    long x = state;
    int next = at;
    int last = 0;
    int beforeLast = 0;
    for (int i = 1; i < size; i++) {
      int context = Tokens.context(last, beforeLast, sibling[i] & 0xff);
      int place = (int) x & TokenTable.TOTAL - 1;
      int token = tokenAt[context << TokenTable.PRECISION | place] & 0xff;
      int share = shares[context << 8 | token];
      x =
          (share >>> TokenTable.SHARE_SHIFT) * (x >>> TokenTable.PRECISION)
              + place
              - (share & (1 << TokenTable.SHARE_SHIFT) - 1);
      if (x < RansEncoder.LOWEST_STATE) {
        // Words behind the end are not read: damage may empty the state, not leave the array.
        x = x << Short.SIZE | (next < end ? bytes[next] & 0xff | (bytes[next + 1] & 0xff) << 8 : 0);
        next += Short.BYTES;
      }
      long folded = token < 8 ? token : Tokens.folded(token, raw.read(Tokens.rawBits(token)));
      out[i] = Endian.unzigzag(folded);
      sibling[i] = (byte) token;
      beforeLast = last;
      last = token;
    }
    state = x;
    at = next;
  }

  /** Whether more was read than there is. */
  boolean isExhausted() {
    return at > end || raw.isExhausted();
  }
}
