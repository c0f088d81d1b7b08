package dev.vedette.wire.remotewrite;

import dev.vedette.model.LabelBytes;
import dev.vedette.model.LabelForm;
import dev.vedette.model.Labels;
import dev.vedette.model.SentLabels;
import dev.vedette.wire.proto.ProtoReader;
import java.util.Arrays;

/**
 * The strings of one remote write 2.0 request: each lies once in its bytes and is hashed once.
 * Labels of a series are pairs of numbers of symbols, name and value, as varints one after another;
 * their hash folds the symbols' hashes, so it is the same wherever the strings stand in the table.
 */
final class Symbols implements LabelForm {
  private static final byte[] NAME = {'_', '_', 'n', 'a', 'm', 'e', '_', '_'};

  private final ProtoReader in;
  private int count;
  private int[] from = new int[256];
  private int[] to = new int[256];
  private long[] hashes = new long[256];
  private long[] checks = new long[256];
  private final long nameHash = LabelBytes.hash(NAME, 0, NAME.length);

  // Of the refs folded last.
  private long hash;
  private long check;

  /** Symbols whose refs this reader reads. */
  Symbols(ProtoReader in) {
    this.in = in;
  }

  void clear() {
    count = 0;
  }

  void add(byte[] bytes, int symbolFrom, int symbolTo) {
    if (count == from.length) {
      from = Arrays.copyOf(from, count * 2);
      to = Arrays.copyOf(to, count * 2);
      hashes = Arrays.copyOf(hashes, count * 2);
      checks = Arrays.copyOf(checks, count * 2);
    }
    from[count] = symbolFrom;
    to[count] = symbolTo;
    hashes[count] = LabelBytes.hash(bytes, symbolFrom, symbolTo);
    checks[count] = LabelBytes.wideCheck(bytes, symbolFrom, symbolTo);
    count++;
  }

  /** Folds all refs from where the reader stands up to {@code end}. */
  void fold(int end) {
    long h = 0;
    long c = 0;
    int parts = 0;
    while (in.at() < end) {
      int symbol = ref(end);
      h = LabelBytes.fold(h, hashes[symbol]);
      c = LabelBytes.fold(c, checks[symbol]);
      parts++;
    }
    if ((parts & 1) != 0) {
      throw in.malformed("a value's symbol for each name's in labels_refs");
    }
    hash = h;
    check = c;
  }

  long hash() {
    return hash;
  }

  int check() {
    return (int) (check >>> 32);
  }

  /** Reads the number of a symbol that there is. */
  int ref(int limit) {
    long ref = in.varint(limit);
    if (ref < 0 || ref >= count) {
      throw in.malformed("the number of one of %d symbols, found %d".formatted(count, ref));
    }
    return (int) ref;
  }

  String text(int symbol) {
    return in.text(from[symbol], to[symbol]);
  }

  /** Hash of one symbol. */
  long hashOf(int symbol) {
    return hashes[symbol];
  }

  /** The symbol that refs give as metric name; -1 where there is none. The reader stays. */
  int metricName(int refsFrom, int refsTo) {
    int resume = in.at();
    in.moveTo(refsFrom);
    int found = -1;
    while (found < 0 && in.at() < refsTo) {
      int name = ref(refsTo);
      int value = ref(refsTo);
      found = hashes[name] == nameHash ? value : -1;
    }
    in.moveTo(resume);
    return found;
  }

  /** Reads refs up to {@code end} for nothing but to know that they are some. */
  void check(int end) {
    while (in.at() < end) {
      ref(end);
      ref(end);
    }
  }

  @Override
  public Labels series(byte[] bytes, int refsFrom, int refsTo) {
    return read(bytes, refsFrom, refsTo).ofSeries();
  }

  @Override
  public Labels exemplar(byte[] bytes, int refsFrom, int refsTo) {
    return read(bytes, refsFrom, refsTo).labels();
  }

  private SentLabels read(byte[] bytes, int refsFrom, int refsTo) {
    int resume = in.at();
    in.moveTo(refsFrom);
    SentLabels labels = new SentLabels();
    while (in.at() < refsTo) {
      int name = ref(refsTo);
      int value = ref(refsTo);
      labels.add(
          LabelBytes.text(bytes, from[name], to[name]),
          LabelBytes.text(bytes, from[value], to[value]));
    }
    in.moveTo(resume);
    return labels;
  }
}
