package dev.vedette.tsdb.encode;

import java.util.Arrays;

/**
 * The tokens of a group of series, with the contexts they come in: one stream for each sequence of
 * residuals. Held from analysis until the tables are made.
 */
final class TokenStreams {
  private byte[] tokens = new byte[1 << 16];
  private byte[] contexts = new byte[1 << 16];
  private int tokenCount;
  // By stream.
  private int[] from = new int[256];
  private int[] series = new int[256];
  private boolean[] correction = new boolean[256];
  private byte[] set = new byte[256];
  private int count;
  private final RansEncoder rans = new RansEncoder();

  /**
   * Adds {@code residuals[1..size)}.
   *
   * @param sibling classes of the sibling's tokens at the same places, replaced by those of these
   * @param raw receives the bits that tokens leave out
   */
  void add(
      int ofSeries, boolean isCorrection, long[] residuals, int size, byte[] sibling, BitSink raw) {
    if (count + 1 == from.length) {
      growStreams();
    }
    from[count] = tokenCount;
    series[count] = ofSeries;
    correction[count] = isCorrection;
    count++;
    ensure(size);
    int own = 0;
    int ownBefore = 0;
    for (int i = 1; i < size; i++) {
      long folded = Endian.zigzag(residuals[i]);
      int token = Tokens.token(folded);
      contexts[tokenCount] = (byte) Tokens.context(own, ownBefore, sibling[i]);
      tokens[tokenCount++] = (byte) token;
      raw.write(folded, Tokens.rawBits(token));
      sibling[i] = (byte) Tokens.siblingClass(token);
      ownBefore = own;
      own = Tokens.ownClass(token);
    }
    from[count] = tokenCount;
  }

  void clear() {
    tokenCount = 0;
    count = 0;
    from[0] = 0;
  }

  int count() {
    return count;
  }

  int tokenCount() {
    return tokenCount;
  }

  int from(int stream) {
    return from[stream];
  }

  int to(int stream) {
    return from[stream + 1];
  }

  int token(int index) {
    return tokens[index] & 0xff;
  }

  int context(int index) {
    return contexts[index];
  }

  int series(int stream) {
    return series[stream];
  }

  boolean isCorrection(int stream) {
    return correction[stream];
  }

  int set(int stream) {
    return set[stream];
  }

  void set(int stream, int tableSet) {
    set[stream] = (byte) tableSet;
  }

  /** Codes a run of streams, those of a page. */
  void encode(int fromStream, int toStream, TokenTables tables, ByteSink out) {
    rans.reset();
    for (int stream = toStream - 1; stream >= fromStream; stream--) {
      TokenTable table = tables.get(set[stream]);
      for (int i = to(stream) - 1; i >= from(stream); i--) {
        rans.encode(table, contexts[i], token(i));
      }
    }
    rans.finish(out);
  }

  private void ensure(int more) {
    if (tokenCount + more > tokens.length) {
      int capacity = Math.max(tokens.length * 2, tokenCount + more);
      tokens = Arrays.copyOf(tokens, capacity);
      contexts = Arrays.copyOf(contexts, capacity);
    }
  }

  private void growStreams() {
    int capacity = from.length * 2;
    from = Arrays.copyOf(from, capacity);
    series = Arrays.copyOf(series, capacity);
    correction = Arrays.copyOf(correction, capacity);
    set = Arrays.copyOf(set, capacity);
  }
}
