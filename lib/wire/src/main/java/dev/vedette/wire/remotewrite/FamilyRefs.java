package dev.vedette.wire.remotewrite;

import dev.vedette.model.Labels;
import dev.vedette.model.MetricType;
import dev.vedette.model.Utf8;
import java.util.Arrays;

/**
 * Label refs of a series with {@code __type__} and {@code __unit__} among them, in the order of
 * names: what the metadata beside the series says counts more than labels of these names that were
 * sent. One request at a time.
 */
final class FamilyRefs {
  /** Puts bytes behind all others and gives back where. */
  interface Appending {
    int append(byte[] text);
  }

  private static final byte[] TYPE = Utf8.encode(Labels.TYPE);
  private static final byte[] UNIT = Utf8.encode(Labels.UNIT);

  private final Symbols symbols;
  private final int[] types = new int[MetricType.values().length];
  private int typeName = Symbols.NONE;
  private int unitName = Symbols.NONE;

  private byte[] refs = new byte[64];
  private int used;

  FamilyRefs(Symbols symbols) {
    this.symbols = symbols;
  }

  /** A request begins: no symbol of ours is in its table yet. */
  void clear() {
    typeName = Symbols.NONE;
    unitName = Symbols.NONE;
    Arrays.fill(types, Symbols.NONE);
  }

  /** Begins the refs of a series. */
  void begin() {
    used = 0;
  }

  byte[] refs() {
    return Arrays.copyOf(refs, used);
  }

  /** A symbol for the name of the type's label. */
  int typeName(Appending bytes) {
    typeName = typeName == Symbols.NONE ? symbol(TYPE, bytes) : typeName;
    return typeName;
  }

  /** A symbol for the name of the unit's label. */
  int unitName(Appending bytes) {
    unitName = unitName == Symbols.NONE ? symbol(UNIT, bytes) : unitName;
    return unitName;
  }

  /** A symbol for a type. */
  int type(MetricType type, Appending bytes) {
    int known = types[type.ordinal()];
    if (known == Symbols.NONE) {
      known = symbol(Utf8.encode(type.text()), bytes);
      types[type.ordinal()] = known;
    }
    return known;
  }

  private int symbol(byte[] text, Appending bytes) {
    int from = bytes.append(text);
    return symbols.own(text, from);
  }

  /** How the name of a label stands to that of the type's: below, 0 or above. */
  static int compareWithType(byte[] bytes, int from, int to) {
    return Arrays.compareUnsigned(bytes, from, to, TYPE, 0, TYPE.length);
  }

  /** How the name of a label stands to that of the unit's. */
  static int compareWithUnit(byte[] bytes, int from, int to) {
    return Arrays.compareUnsigned(bytes, from, to, UNIT, 0, UNIT.length);
  }

  /** Adds a label by the numbers of its symbols. */
  void add(int name, int value) {
    add(name);
    add(value);
  }

  private void add(int symbol) {
    if (used + 5 > refs.length) {
      refs = Arrays.copyOf(refs, refs.length * 2);
    }
    int rest = symbol;
    while (rest > 0x7f) {
      refs[used++] = (byte) (rest & 0x7f | 0x80);
      rest >>>= 7;
    }
    refs[used++] = (byte) rest;
  }
}
