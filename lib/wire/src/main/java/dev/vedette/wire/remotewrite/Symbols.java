package dev.vedette.wire.remotewrite;

import dev.vedette.model.LabelBytes;
import dev.vedette.model.LabelForm;
import dev.vedette.model.LabelTexts;
import dev.vedette.model.Labels;
import dev.vedette.model.SentLabels;
import dev.vedette.wire.proto.ProtoReader;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The strings of one remote write 2.0 request: each lies once in its bytes and is hashed once.
 * Labels of a series are pairs of numbers of symbols, name and value, as varints one after another;
 * their hash folds the symbols' hashes, so it is the same wherever the strings stand in the table.
 */
final class Symbols implements LabelForm {
  // Keeps name and value apart: a label is another one when they change places.
  private static final int HALF = 32;

  /** No symbol. */
  static final int NONE = -1;

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
  private int metricName = NONE;

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
    hashes[count] = LabelBytes.hash(bytes, symbolFrom, symbolTo, checks, count);
    count++;
  }

  /**
   * Adds a symbol that no sender sent.
   *
   * @param at where its text stands in the bytes of the request
   */
  int own(byte[] text, int at) {
    add(text, 0, text.length);
    int symbol = count - 1;
    from[symbol] = at;
    to[symbol] = at + text.length;
    return symbol;
  }

  /** First byte of a symbol's text. */
  int from(int symbol) {
    return from[symbol];
  }

  /** End of a symbol's text, exclusive. */
  int to(int symbol) {
    return to[symbol];
  }

  /**
   * Folds all refs from where the reader stands up to {@code end}, and finds the metric's name on
   * the way.
   */
  void fold(byte[] bytes, int end) {
    long[] knownHashes = hashes;
    long[] knownChecks = checks;
    long h = 0;
    long c = 0;
    int metric = NONE;
    while (in.at() < end) {
      int name = ref(bytes, end);
      if (in.at() == end) {
        throw in.malformed("a value's symbol for each name's");
      }
      int value = ref(bytes, end);
      // A label by a sum, which does not wait for the labels before it.
      long label = Long.rotateLeft(knownHashes[name], HALF) + knownHashes[value];
      long labelCheck = Long.rotateLeft(knownChecks[name], HALF) + knownChecks[value];
      c = LabelBytes.foldCheck(c, h, label, labelCheck);
      h = LabelBytes.fold(h, label);
      if (knownHashes[name] == nameHash) {
        metric = value;
      }
    }
    hash = h;
    check = c;
    metricName = metric;
  }

  /** The usual ref of one or two bytes, read without a loop. */
  private int ref(byte[] bytes, int end) {
    int at = in.at();
    int symbol = bytes[at];
    if (symbol < 0 && at + 1 < end && bytes[at + 1] >= 0) {
      symbol = symbol & 0x7f | bytes[++at] << 7;
    }
    if (symbol < 0 || symbol >= count) {
      return ref(end);
    }
    in.moveTo(at + 1);
    return symbol;
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

  /** The symbol that the refs folded last give as metric name, or {@link #NONE}. */
  int metricName() {
    return metricName;
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
    return read(bytes, refsFrom, refsTo, null).ofSeries();
  }

  @Override
  public Labels series(byte[] bytes, int refsFrom, int refsTo, LabelTexts texts) {
    return read(bytes, refsFrom, refsTo, texts).ofSeries();
  }

  @Override
  public Labels exemplar(byte[] bytes, int refsFrom, int refsTo) {
    return read(bytes, refsFrom, refsTo, null).labels();
  }

  private SentLabels read(byte[] bytes, int refsFrom, int refsTo, @Nullable LabelTexts texts) {
    int resume = in.at();
    in.moveTo(refsFrom);
    SentLabels labels = new SentLabels();
    while (in.at() < refsTo) {
      int name = ref(refsTo);
      int value = ref(refsTo);
      labels.add(text(bytes, name, texts), text(bytes, value, texts));
    }
    in.moveTo(resume);
    return labels;
  }

  private String text(byte[] bytes, int symbol, @Nullable LabelTexts texts) {
    return texts == null
        ? LabelBytes.text(bytes, from[symbol], to[symbol])
        : texts.text(bytes, from[symbol], to[symbol]);
  }
}
