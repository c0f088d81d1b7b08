package dev.vedette.tsdb.encode;

/** Where the probabilities of each kind of header field lie; shared by both directions. */
public final class HeaderModels {
  /** How many models there are; fields use numbers from 0 on. */
  public static final int COUNT = 64;

  /** Bits of a symbol. */
  public static final int SYMBOL_BITS = 5;

  static final int LENGTH_BITS = 7;
  private static final int SYMBOLS_AT = COUNT;
  private static final int LENGTHS_AT = SYMBOLS_AT + (COUNT << SYMBOL_BITS);
  static final int BITS = LENGTHS_AT + (COUNT << LENGTH_BITS);

  private HeaderModels() {}

  static int flag(int model) {
    return model;
  }

  static int symbol(int model, int node) {
    return SYMBOLS_AT + (model << SYMBOL_BITS) + node;
  }

  static int length(int model, int node) {
    return LENGTHS_AT + (model << LENGTH_BITS) + node;
  }
}
