package dev.vedette.tsdb.encode;

/** Reads what {@link HeaderEncoder} wrote, with the same models in the same order. */
public final class HeaderDecoder {
  private static final long TOP = 1L << 24;

  private final AdaptiveBits bits = new AdaptiveBits(HeaderModels.BITS);
  private ByteSource in = new ByteSource(new byte[0], 0, 0, "", 0);
  private long code;
  private long range;

  /** Begins the header that {@code source} stands at, and moves the source behind it. */
  public void reset(ByteSource source) {
    in = source.slice(source.count("a header length", source.remaining()));
    bits.reset();
    code = 0;
    range = 0xffff_ffffL;
    for (int i = 0; i < 4; i++) {
      code = code << 8 | nextByte();
    }
  }

  public boolean flag(int model) {
    return bit(HeaderModels.flag(model)) != 0;
  }

  public int symbol(int model) {
    int node = 1;
    for (int i = 0; i < HeaderModels.SYMBOL_BITS; i++) {
      node = node << 1 | bit(HeaderModels.symbol(model, node));
    }
    return node - (1 << HeaderModels.SYMBOL_BITS);
  }

  public long number(int model) {
    int node = 1;
    for (int i = 0; i < HeaderModels.LENGTH_BITS; i++) {
      node = node << 1 | bit(HeaderModels.length(model, node));
    }
    int length = node - (1 << HeaderModels.LENGTH_BITS);
    if (length > Long.SIZE) {
      throw in.damaged("a number of at most 64 bits", "one of " + length);
    }
    return length == 0 ? 0 : 1L << length - 1 | raw(length - 1);
  }

  /** A number that counts something of which there are at most {@code max}. */
  public int count(int model, String what, long max) {
    long value = number(model);
    if (value < 0 || value > Math.min(max, Integer.MAX_VALUE)) {
      throw in.damaged("%s of at most %d".formatted(what, max), Long.toUnsignedString(value));
    }
    return (int) value;
  }

  public long signed(int model) {
    return Endian.unzigzag(number(model));
  }

  public long raw(int count) {
    long value = 0;
    for (int left = count; left > 0; left -= 16) {
      int part = Math.min(left, 16);
      range >>>= part;
      long digit = Math.min(code / range, (1L << part) - 1);
      code -= range * digit;
      value = value << part | digit;
      normalise();
    }
    return value;
  }

  private int bit(int index) {
    long split = (range >>> AdaptiveBits.PRECISION) * bits.zero(index);
    int bit;
    if (code < split) {
      range = split;
      bit = 0;
    } else {
      code -= split;
      range -= split;
      bit = 1;
    }
    bits.learn(index, bit);
    normalise();
    return bit;
  }

  private void normalise() {
    while (range < TOP) {
      range <<= 8;
      code = code << 8 | nextByte();
    }
  }

  private int nextByte() {
    return in.remaining() > 0 ? in.u8() : 0;
  }
}
