package dev.vedette.tsdb.encode;

import java.util.Arrays;

/**
 * How often each token comes in each context, in parts of 2^11: what rANS codes by. Fixed once
 * made; any number of threads may decode by one.
 */
final class TokenTable {
  static final int PRECISION = 11;
  static final int TOTAL = 1 << PRECISION;

  private static final int STRIDE = 256;
  private static final int FIELDS = 0;

  static final int SHARE_SHIFT = 12;

  private final int[] frequency = new int[Tokens.CONTEXTS * STRIDE];
  private final int[] start = new int[Tokens.CONTEXTS * STRIDE];
  // Of each context and each of 2^11 places the token there; of each token frequency and start.
  private byte[] tokenAt = {};
  private int[] shares = {};

  private TokenTable() {}

  /** A table for tokens that come {@code counts[context][token]} times. */
  static TokenTable of(int[][] counts) {
    TokenTable table = new TokenTable();
    for (int context = 0; context < Tokens.CONTEXTS; context++) {
      table.scale(counts[context], context * STRIDE);
    }
    table.sumUp();
    return table;
  }

  /** Every token that comes gets at least one part; the most frequent ones pay for rounding up. */
  private void scale(int[] counts, int at) {
    long total = 0;
    for (int count : counts) {
      total += count;
    }
    if (total == 0) {
      return;
    }
    int sum = 0;
    for (int token = 0; token < Tokens.COUNT; token++) {
      if (counts[token] > 0) {
        frequency[at + token] =
            (int) Math.max(1, Math.round((double) counts[token] * TOTAL / total));
        sum += frequency[at + token];
      }
    }
    while (sum != TOTAL) {
      int largest = at;
      for (int i = at; i < at + Tokens.COUNT; i++) {
        if (frequency[i] > frequency[largest]) {
          largest = i;
        }
      }
      int change =
          sum < TOTAL ? TOTAL - sum : -Math.min(sum - TOTAL, Math.max(1, frequency[largest] / 8));
      frequency[largest] += change;
      sum += change;
    }
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
    for (int context = 0; context < Tokens.CONTEXTS; context++) {
      int at = context * STRIDE;
      int left = TOTAL;
      int last = -1;
      for (int token = 0; token < Tokens.COUNT && left > 0; token++) {
        if (frequency[at + token] > 0) {
          out.number(FIELDS, token - last);
          out.number(FIELDS + 1, frequency[at + token]);
          left -= frequency[at + token];
          last = token;
        }
      }
      if (last < 0) {
        out.number(FIELDS, 0);
      }
    }
  }

  static TokenTable read(HeaderDecoder in, ByteSource source) {
    TokenTable table = new TokenTable();
    for (int context = 0; context < Tokens.CONTEXTS; context++) {
      int at = context * STRIDE;
      int left = TOTAL;
      int token = -1;
      while (left > 0) {
        int step = in.count(FIELDS, "a token", Tokens.COUNT - 1L - token);
        if (step == 0) {
          break;
        }
        token += step;
        int frequency = in.count(FIELDS + 1, "a frequency", left);
        if (frequency == 0) {
          throw source.damaged("a frequency", "0");
        }
        table.frequency[at + token] = frequency;
        left -= frequency;
      }
      if (left != 0 && left != TOTAL) {
        throw source.damaged("frequencies that add up to %d".formatted(TOTAL), "" + (TOTAL - left));
      }
    }
    table.sumUp();
    table.prepareDecoding();
    return table;
  }

  /** Lays out for each place its token; contexts that never come hold token 0 everywhere. */
  void prepareDecoding() {
    tokenAt = new byte[Tokens.CONTEXTS << PRECISION];
    for (int context = 0; context < Tokens.CONTEXTS; context++) {
      for (int token = 0; token < Tokens.COUNT; token++) {
        int from = (context << PRECISION) + start(context, token);
        Arrays.fill(tokenAt, from, from + frequency(context, token), (byte) token);
      }
    }
    shares = new int[frequency.length];
    for (int i = 0; i < shares.length; i++) {
      shares[i] = frequency[i] << SHARE_SHIFT | start[i];
    }
  }

  /** Frequency and start, {@code frequency << 12 | start}, by {@code context << 8 | token}. */
  int[] shares() {
    return shares;
  }

  /** Tokens by {@code context << 11 | place}. */
  byte[] tokenAt() {
    return tokenAt;
  }
}
