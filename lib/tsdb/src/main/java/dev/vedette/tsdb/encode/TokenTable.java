package dev.vedette.tsdb.encode;

/**
 * How often each token comes in each context, in parts of 2^10: what rANS codes by. Fixed once
 * made; any number of threads may decode by one.
 */
final class TokenTable {
  static final int PRECISION = 10;
  static final int TOTAL = 1 << PRECISION;
  static final int TOKEN_BITS = 8;

  private static final int STRIDE = 256;

  // Frequencies are kept as powers of two: twice as exact ones cost more than they save.
  private static final int MAX_STEP = PRECISION + 1;

  // Models of HeaderEncoder.
  private static final int END = 0;
  private static final int STEP = 1;

  // By context and token: 1 + log2 of the frequency before it is scaled, 0 for what never comes.
  private final byte[] steps = new byte[Tokens.CONTEXTS * STRIDE];
  private final int[] frequency = new int[Tokens.CONTEXTS * STRIDE];
  private final int[] start = new int[Tokens.CONTEXTS * STRIDE];
  private int[] cells = {};

  private TokenTable() {}

  /** A table for tokens that come {@code counts[context][token]} times. */
  static TokenTable of(int[][] counts) {
    TokenTable table = new TokenTable();
    for (int context = 0; context < Tokens.CONTEXTS; context++) {
      table.quantise(counts[context], context * STRIDE);
    }
    table.sumUp();
    return table;
  }

  /** Rounds counts to steps, relative to the largest; what comes at all keeps the lowest step. */
  private void quantise(int[] counts, int at) {
    int largest = 0;
    for (int count : counts) {
      largest = Math.max(largest, count);
    }
    for (int token = 0; token < Tokens.COUNT; token++) {
      if (counts[token] > 0) {
        double octaves = Math.log((double) largest / counts[token]) / Math.log(2);
        long down = Math.round(octaves);
        steps[at + token] = (byte) Math.max(1, MAX_STEP - down);
      }
    }
    scale(at);
  }

  /** Frequencies from steps; the most frequent token makes up for rounding. */
  private void scale(int at) {
    long total = 0;
    int largest = at;
    int count = 0;
    for (int i = at; i < at + Tokens.COUNT; i++) {
      total += weight(steps[i]);
      largest = steps[i] > steps[largest] ? i : largest;
      count += steps[i] > 0 ? 1 : 0;
    }
    if (total == 0) {
      return;
    }
    int left = TOTAL;
    // Every token gets one part; what is left goes by weight.
    for (int i = at; i < at + Tokens.COUNT; i++) {
      if (steps[i] > 0) {
        frequency[i] = 1 + (int) (weight(steps[i]) * (TOTAL - count) / total);
        left -= frequency[i];
      }
    }
    frequency[largest] += left;
  }

  private static long weight(int step) {
    return step == 0 ? 0 : 1L << step - 1;
  }

  private void sumUp() {
    for (int context = 0; context < Tokens.CONTEXTS; context++) {
      int sum = 0;
      for (int i = context * STRIDE; i < context * STRIDE + Tokens.COUNT; i++) {
        start[i] = sum;
        sum += frequency[i];
      }
    }
  }

  int frequency(int context, int token) {
    return frequency[context * STRIDE + token];
  }

  int start(int context, int token) {
    return start[context * STRIDE + token];
  }

  void write(HeaderEncoder out) {
    int[] guesses = new int[Tokens.COUNT];
    for (int context = 0; context < Tokens.CONTEXTS; context++) {
      int at = context * STRIDE;
      int end = Tokens.COUNT;
      while (end > 0 && steps[at + end - 1] == 0) {
        end--;
      }
      out.number(END, end);
      int before = 0;
      for (int token = 0; token < end; token++) {
        int step = steps[at + token];
        out.symbol(model(guesses[token], before), step);
        guesses[token] = step;
        before = step;
      }
    }
  }

  static TokenTable read(HeaderDecoder in, ByteSource source) {
    TokenTable table = new TokenTable();
    int[] guesses = new int[Tokens.COUNT];
    for (int context = 0; context < Tokens.CONTEXTS; context++) {
      int at = context * STRIDE;
      int end = in.count(END, "a token", Tokens.COUNT);
      int before = 0;
      for (int token = 0; token < end; token++) {
        int step = in.symbol(model(guesses[token], before));
        if (step > MAX_STEP) {
          throw source.damaged("a frequency of at most 2^%d".formatted(MAX_STEP - 1), "" + step);
        }
        table.steps[at + token] = (byte) step;
        guesses[token] = step;
        before = step;
      }
      table.scale(at);
    }
    table.sumUp();
    table.prepareDecoding();
    return table;
  }

  /** Frequencies are like those of the context before and of the token before. */
  private static int model(int guess, int before) {
    return STEP + guess * 4 + Math.min(3, (before + 2) / 3);
  }

  /** Lays out the {@link #cells}; contexts that never come hold token 0 everywhere. */
  private void prepareDecoding() {
    cells = new int[Tokens.CONTEXTS << PRECISION];
    for (int context = 0; context < Tokens.CONTEXTS; context++) {
      for (int token = 0; token < Tokens.COUNT; token++) {
        int frequency = frequency(context, token);
        int from = (context << PRECISION) + start(context, token);
        for (int i = 0; i < frequency; i++) {
          cells[from + i] = token | frequency << TOKEN_BITS | i << TOKEN_BITS + PRECISION + 1;
        }
      }
    }
  }

  /**
   * What a reader needs at {@code context << 10 | place}, in one word: the token there, 8 bits; its
   * frequency, 11 bits; and how far into the token's places this one is.
   */
  int[] cells() {
    return cells;
  }
}
