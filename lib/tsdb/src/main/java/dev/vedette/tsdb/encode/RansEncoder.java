package dev.vedette.tsdb.encode;

import java.util.Arrays;

/**
 * Codes tokens by a static {@link TokenTable}, last token first, so that the reader gets the first
 * one first. 32 bits of state, 16-bit words. Method: Duda, "Asymmetric numeral systems", 2013
 * (arXiv 1311.2540), the range variant.
 */
final class RansEncoder {
  static final long LOWEST_STATE = 1L << 16;

  private byte[] words = new byte[1 << 12];
  private int from = words.length;
  private long state = LOWEST_STATE;

  void reset() {
    from = words.length;
    state = LOWEST_STATE;
  }

  void encode(TokenTable table, int context, int token) {
    int frequency = table.frequency(context, token);
    if (frequency == TokenTable.TOTAL) {
      return;
    }
    if (state >= (long) frequency << 32 - TokenTable.PRECISION) {
      push((int) state);
      state >>>= Short.SIZE;
    }
    state =
        (state / frequency << TokenTable.PRECISION)
            + state % frequency
            + table.start(context, token);
  }

  private void push(int word) {
    if (from < Integer.BYTES) {
      byte[] larger = new byte[words.length * 2];
      System.arraycopy(words, from, larger, words.length + from, words.length - from);
      from += words.length;
      words = larger;
    }
    words[--from] = (byte) (word >>> 8);
    words[--from] = (byte) word;
  }

  /**
   * Appends the length in bytes as a varint, and what was coded; nothing where that says nothing.
   */
  void finish(ByteSink out) {
    if (state != LOWEST_STATE || from != words.length) {
      push((int) (state >>> 16));
      push((int) state);
    }
    out.varint(words.length - from).raw(words, from, words.length - from);
    Arrays.fill(words, from, words.length, (byte) 0);
  }
}
