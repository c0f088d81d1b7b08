package dev.vedette.tsdb.encode;

/**
 * Writes small numbers of which most can be guessed: an adaptive binary range coder, so that a
 * header which repeats its neighbour's costs a fraction of a bit a field. Slow against rANS (some
 * nanoseconds a decision), made for the few fields a series has.
 *
 * <p>Each kind of number has a {@code model}, an index below {@link HeaderModels#COUNT} that
 * chooses the probabilities it learns. Method: Martin, "Range encoding", 1979, with carry
 * propagation as in Schindler's coder.
 */
public final class HeaderEncoder {
  private static final long TOP = 1L << 24;

  private final AdaptiveBits bits = new AdaptiveBits(HeaderModels.BITS);
  private final ByteSink out = new ByteSink();
  private long low;
  private long range;
  private int cache;
  private long pending;
  private boolean begun;

  public HeaderEncoder() {
    reset();
  }

  /** Forgets everything learned and written. */
  public void reset() {
    bits.reset();
    out.clear();
    low = 0;
    range = 0xffff_ffffL;
    cache = 0;
    pending = 0;
    begun = false;
  }

  /** Writes a decision. */
  public void flag(int model, boolean value) {
    bit(HeaderModels.flag(model), value ? 1 : 0);
  }

  /** Writes a number of at most {@link HeaderModels#SYMBOL_BITS} bits that tends to repeat. */
  public void symbol(int model, int value) {
    int node = 1;
    for (int i = HeaderModels.SYMBOL_BITS - 1; i >= 0; i--) {
      int bit = value >>> i & 1;
      bit(HeaderModels.symbol(model, node), bit);
      node = node << 1 | bit;
    }
  }

  /** Writes any unsigned number: its length is learned, and the bits below the first are not. */
  public void number(int model, long value) {
    int length = Endian.bitLength(value);
    int node = 1;
    for (int i = HeaderModels.LENGTH_BITS - 1; i >= 0; i--) {
      int bit = length >>> i & 1;
      bit(HeaderModels.length(model, node), bit);
      node = node << 1 | bit;
    }
    raw(value, length - 1);
  }

  public void signed(int model, long value) {
    number(model, Endian.zigzag(value));
  }

  /** Writes the low bits of a value as they are. */
  public void raw(long value, int count) {
    for (int left = count; left > 0; left -= 16) {
      int part = Math.min(left, 16);
      range >>>= part;
      low += range * (value >>> left - part & (1L << part) - 1);
      normalise();
    }
  }

  private void bit(int index, int bit) {
    long split = (range >>> AdaptiveBits.PRECISION) * bits.zero(index);
    if (bit == 0) {
      range = split;
    } else {
      low += split;
      range -= split;
    }
    bits.learn(index, bit);
    normalise();
  }

  private void normalise() {
    while (range < TOP) {
      range <<= 8;
      shiftLow();
    }
  }

  /** Moves the top byte of {@code low} out, holding back what a carry may still change. */
  private void shiftLow() {
    if (low < 0xff00_0000L || low > 0xffff_ffffL) {
      int carry = (int) (low >>> 32);
      if (begun) {
        out.u8(cache + carry);
      }
      for (; pending > 0; pending--) {
        out.u8(0xff + carry);
      }
      begun = true;
      cache = (int) (low >>> 24) & 0xff;
    } else {
      pending++;
    }
    low = (low & 0x00ff_ffffL) << 8;
  }

  /** Ends the header and appends it: its length as a varint, then its bytes. */
  public void finish(ByteSink target) {
    // Any number from low to low + range stands for what was written; the decoder reads zeros
    // behind the end, so take the one with most zeros and leave those out.
    long best = low + range - 1;
    for (int zeros = 32; zeros > 0; zeros--) {
      long candidate = low + (1L << zeros) - 1 >>> zeros << zeros;
      if (candidate < low + range) {
        best = candidate;
        break;
      }
    }
    low = best;
    for (int i = 0; i < 5; i++) {
      shiftLow();
    }
    int size = out.size();
    while (size > 0 && out.array()[size - 1] == 0) {
      size--;
    }
    target.varint(size).raw(out.array(), 0, size);
  }
}
