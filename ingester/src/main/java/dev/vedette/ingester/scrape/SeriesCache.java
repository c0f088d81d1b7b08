package dev.vedette.ingester.scrape;

import dev.vedette.model.LabelBytes;
import dev.vedette.wire.exposition.BoundLabel;
import java.util.Arrays;

/**
 * The series of one target: by the text of their lines, so that a line that came before costs a
 * comparison, and by their labels, so that two texts may name one series and it is known which
 * series ended. No object per line; finding a known line allocates nothing.
 *
 * <p>Lines mostly come in the order of the page before: {@link #expected} says which line should be
 * next, and only a wrong guess asks the hash table.
 *
 * <p>Time is counted in pages ({@link #beginPage}). Lines and series that a good page no longer has
 * are given back by {@link #evict}, so the cache holds about one page. Confined to the target's
 * loop.
 */
final class SeriesCache {
  /** A line whose samples metric relabelling drops. */
  static final int DROPPED = -1;

  /** No such line, or none expected. */
  static final int NONE = -1;

  // Dead lines that are not worth compacting for.
  private static final int SLACK = 256;

  private final SeriesTable series = new SeriesTable();
  private int page;

  private byte[] text = new byte[4096];
  private int textUsed;
  private int lineCount;
  private int linesSeen;
  private int[] textFrom = new int[64];
  private int[] textTo = new int[64];
  private BoundLabel[] bound = new BoundLabel[64];
  private int[] lineHash = new int[64];
  private int[] lineSeries = new int[64];
  private long[] lineGroup = new long[64];
  private int[] lineSeen = new int[64];
  private int[] following = new int[64];
  // Line numbers + 1 by hash, open addressing, at most half full.
  private int[] table = new int[128];
  private int first = NONE;
  private int last = NONE;

  /** The series and their labels. */
  SeriesTable series() {
    return series;
  }

  /** Bytes of all arrays, about. */
  long bytes() {
    return text.length + textFrom.length * 36L + table.length * 4L + series.bytes();
  }

  int lineCount() {
    return lineCount;
  }

  /** A new page begins; nothing was seen of it yet. */
  void beginPage() {
    page++;
    linesSeen = 0;
    last = NONE;
    series.beginPage();
  }

  /** The line that followed the one seen last on the page before, or {@link #NONE}. */
  int expected() {
    return last == NONE ? first : following[last];
  }

  byte[] text() {
    return text;
  }

  int textFrom(int line) {
    return textFrom[line];
  }

  int textTo(int line) {
    return textTo[line];
  }

  /** What the text was read under; the same text may mean other labels under another. */
  BoundLabel bound(int line) {
    return bound[line];
  }

  /** The series of a line, or {@link #DROPPED}. */
  int seriesOf(int line) {
    return lineSeries[line];
  }

  /** The group of a line, whose start a {@code _created} line may tell: {@link CreatedTimes}. */
  long groupOf(int line) {
    return lineGroup[line];
  }

  /** Finds a line by its text, or {@link #NONE}. */
  int find(byte[] body, int from, int to, BoundLabel lineBound) {
    int hash = hash(body, from, to);
    for (int slot = hash & table.length - 1; ; slot = slot + 1 & table.length - 1) {
      int line = table[slot] - 1;
      if (line < 0) {
        return NONE;
      }
      if (lineHash[line] == hash
          && bound[line] == lineBound
          && Arrays.equals(text, textFrom[line], textTo[line], body, from, to)) {
        return line;
      }
    }
  }

  private static int hash(byte[] body, int from, int to) {
    return (int) LabelBytes.hash(body, from, to);
  }

  /** Adds a line that {@link #find} did not know, for a series or {@link #DROPPED}. */
  int add(byte[] body, int from, int to, BoundLabel lineBound, int seriesOfLine, long groupOfLine) {
    int length = to - from;
    if (textUsed + length > text.length) {
      text = Arrays.copyOf(text, Math.max(textUsed + length, text.length * 2));
    }
    System.arraycopy(body, from, text, textUsed, length);
    textUsed += length;
    return addLine(textUsed - length, hash(body, from, to), lineBound, seriesOfLine, groupOfLine);
  }

  private int addLine(int at, int hash, BoundLabel lineBound, int seriesOfLine, long groupOfLine) {
    if (lineCount == textFrom.length) {
      growLines();
    }
    int line = lineCount++;
    textFrom[line] = at;
    textTo[line] = textUsed;
    bound[line] = lineBound;
    lineHash[line] = hash;
    lineSeries[line] = seriesOfLine;
    lineGroup[line] = groupOfLine;
    lineSeen[line] = 0;
    following[line] = NONE;
    put(line);
    return line;
  }

  private void growLines() {
    int capacity = lineCount * 2;
    textFrom = Arrays.copyOf(textFrom, capacity);
    textTo = Arrays.copyOf(textTo, capacity);
    bound = Arrays.copyOf(bound, capacity);
    lineHash = Arrays.copyOf(lineHash, capacity);
    lineSeries = Arrays.copyOf(lineSeries, capacity);
    lineGroup = Arrays.copyOf(lineGroup, capacity);
    lineSeen = Arrays.copyOf(lineSeen, capacity);
    following = Arrays.copyOf(following, capacity);
    table = new int[capacity * 2];
    for (int line = 0; line < lineCount; line++) {
      put(line);
    }
  }

  private void put(int line) {
    int slot = lineHash[line] & table.length - 1;
    while (table[slot] != 0) {
      slot = slot + 1 & table.length - 1;
    }
    table[slot] = line + 1;
  }

  /** The line is on this page, behind the one seen before it. */
  void see(int line) {
    if (last == NONE) {
      first = line;
    } else {
      following[last] = line;
    }
    last = line;
    if (lineSeen[line] != page) {
      lineSeen[line] = page;
      linesSeen++;
    }
  }

  /** After a good page: gives back what it no longer had, once that is worth the copying. */
  void evict() {
    int dead = lineCount - linesSeen;
    if (dead > SLACK + linesSeen / 4) {
      keepLines(true);
    }
  }

  /** The rules that turn text into series changed: every text is new again, series go on. */
  void forgetLines() {
    keepLines(false);
  }

  private void keepLines(boolean seenOnes) {
    byte[] oldText = text;
    int[] from = textFrom;
    int[] to = textTo;
    int[] seriesOfLine = lineSeries;
    long[] groupOfLine = lineGroup;
    int[] hash = lineHash;
    BoundLabel[] oldBound = bound;
    int[] seen = lineSeen;
    int count = lineCount;
    int keptBytes = 0;
    for (int line = 0; seenOnes && line < count; line++) {
      keptBytes += seen[line] == page ? to[line] - from[line] : 0;
    }
    clearLines(seenOnes ? linesSeen : 0, keptBytes);
    int[] moved = series.compact(seenOnes);
    for (int line = 0; seenOnes && line < count; line++) {
      if (seen[line] == page) {
        int length = to[line] - from[line];
        System.arraycopy(oldText, from[line], text, textUsed, length);
        textUsed += length;
        int kept = seriesOfLine[line] == DROPPED ? DROPPED : moved[seriesOfLine[line]];
        int copy = addLine(textUsed - length, hash[line], oldBound[line], kept, groupOfLine[line]);
        lineSeen[copy] = page;
        // Kept in page order where pages keep theirs; wrong guesses mend themselves.
        following[copy] = copy + 1;
      }
    }
    if (lineCount > 0) {
      following[lineCount - 1] = NONE;
      first = 0;
    }
  }

  private void clearLines(int expectedLines, int expectedBytes) {
    int capacity = Math.max(64, Integer.highestOneBit(Math.max(1, expectedLines)) * 2);
    text = new byte[Math.max(4096, expectedBytes)];
    textUsed = 0;
    lineCount = 0;
    textFrom = new int[capacity];
    textTo = new int[capacity];
    bound = new BoundLabel[capacity];
    lineHash = new int[capacity];
    lineSeries = new int[capacity];
    lineGroup = new long[capacity];
    lineSeen = new int[capacity];
    following = new int[capacity];
    table = new int[capacity * 2];
    first = NONE;
    last = NONE;
  }
}
