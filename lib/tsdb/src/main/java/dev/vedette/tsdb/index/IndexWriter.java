package dev.vedette.tsdb.index;

import dev.vedette.model.Label;
import dev.vedette.model.Labels;
import dev.vedette.model.Utf8;
import dev.vedette.tsdb.encode.ByteSink;
import dev.vedette.tsdb.encode.Packed;
import dev.vedette.tsdb.encode.Piece;
import dev.vedette.tsdb.encode.PieceList;
import dev.vedette.tsdb.encode.PieceSink;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Collects the label sets of a block's series and writes its index.
 *
 * <p>Until {@link #write} it holds each distinct label value once, and of each series a few bits
 * for each label, packed; posting lists are made a bounded number at a time. So what counts is how
 * many different values there are, some 150 bytes each, not how many series. Not thread-safe.
 *
 * <p>Bytes: {@code docs/format/index.md}.
 */
public final class IndexWriter {
  /**
   * Up to here the reader makes posting lists of the columns, which takes a few milliseconds once;
   * stored lists would be half of such a block's index.
   */
  private static final int MAX_SERIES_WITHOUT_POSTINGS = 16_384;

  // 16 MB; a million series with ten labels each take three passes, a tenth of a second each.
  private static final int MAX_POSTINGS_AT_ONCE = 4 << 20;

  private final int maxSeriesWithoutPostings;
  private final Map<String, LabelValues> labels = new HashMap<>();
  private final List<LabelValues> labelsByAge = new ArrayList<>();
  private final Map<List<LabelValues>, Integer> shapes = new HashMap<>();
  private final List<List<LabelValues>> shapesByAge = new ArrayList<>();
  // Of each series its shape, then for each of its labels the age of the value.
  private final SeriesSpool spool = new SeriesSpool();
  private int seriesCount;

  /** One label name and its values so far; a value's age is the number of values before it. */
  private static final class LabelValues {
    final String name;
    final Map<String, Integer> ages = new HashMap<>();
    final List<String> values = new ArrayList<>();
    int index;
    int firstId;
    int[] rankByAge = {};

    LabelValues(String name) {
      this.name = name;
    }

    int age(String value) {
      Integer known = ages.putIfAbsent(value, values.size());
      if (known != null) {
        return known;
      }
      values.add(value);
      return values.size() - 1;
    }

    void rank() {
      Integer[] order = new Integer[values.size()];
      Arrays.setAll(order, i -> i);
      Arrays.sort(order, (a, b) -> Utf8.compare(values.get(a), values.get(b)));
      rankByAge = new int[order.length];
      for (int rank = 0; rank < order.length; rank++) {
        rankByAge[order[rank]] = rank;
      }
      values.sort(Utf8::compare);
      ages.clear();
    }
  }

  public IndexWriter() {
    this(MAX_SERIES_WITHOUT_POSTINGS);
  }

  IndexWriter(int maxSeriesWithoutPostings) {
    this.maxSeriesWithoutPostings = maxSeriesWithoutPostings;
  }

  /** Adds the next series; series must come in the order in which they are numbered. */
  public void add(Labels series) {
    List<LabelValues> shape = new ArrayList<>(series.size());
    for (Label label : series) {
      shape.add(labels.computeIfAbsent(label.name(), this::newLabel));
    }
    Integer shapeId = shapes.get(shape);
    if (shapeId == null) {
      shapeId = shapesByAge.size();
      shapes.put(shape, shapeId);
      shapesByAge.add(shape);
    }
    spool.add(shapeId);
    for (int i = 0; i < series.size(); i++) {
      spool.add(shape.get(i).age(series.value(i)));
    }
    seriesCount++;
  }

  private LabelValues newLabel(String name) {
    LabelValues label = new LabelValues(name);
    labelsByAge.add(label);
    return label;
  }

  public int seriesCount() {
    return seriesCount;
  }

  /** Writes everything; returns the piece from which {@link BlockIndex} finds the rest. */
  public Piece write(PieceSink out) throws IOException {
    labelsByAge.sort(Comparator.comparing(label -> label.name, Utf8::compare));
    int valueCount = 0;
    for (int i = 0; i < labelsByAge.size(); i++) {
      LabelValues label = labelsByAge.get(i);
      label.rank();
      label.index = i;
      label.firstId = valueCount;
      valueCount += label.values.size();
    }
    ByteSink directory = new ByteSink();
    directory.varint(seriesCount).varint(labelsByAge.size());
    for (LabelValues label : labelsByAge) {
      directory.utf8(label.name).varint(label.values.size());
    }
    writeShapes(directory);
    writeStrings(out, directory);
    writeColumns(out).write(directory);
    writePostings(out, valueCount, directory);
    ByteSink packed = new ByteSink();
    Packed.write(packed, directory);
    return out.write(packed);
  }

  private void writeShapes(ByteSink directory) {
    directory.varint(shapesByAge.size());
    for (List<LabelValues> shape : shapesByAge) {
      directory.varint(shape.size());
      int next = 0;
      for (LabelValues label : shape) {
        directory.varint(label.index - next);
        next = label.index + 1;
      }
    }
  }

  private void writeStrings(PieceSink out, ByteSink directory) throws IOException {
    StringsWriter strings = new StringsWriter(out);
    for (LabelValues label : labelsByAge) {
      for (String value : label.values) {
        strings.add(value);
      }
    }
    strings.finish(directory);
  }

  private PieceList writeColumns(PieceSink out) throws IOException {
    PieceList pieces = new PieceList();
    ColumnsWriter columns = new ColumnsWriter(labelsByAge.size());
    SeriesSpool.Reader in = spool.reader();
    for (int series = 0; series < seriesCount; series++) {
      int shapeId = in.next();
      columns.beginSeries(shapeId);
      for (LabelValues label : shapesByAge.get(shapeId)) {
        columns.value(label.index, label.rankByAge[in.next()]);
      }
      if (columns.isFull() || series == seriesCount - 1) {
        pieces.add(columns.write(out));
      }
    }
    return pieces;
  }

  private void writePostings(PieceSink out, int valueCount, ByteSink directory) throws IOException {
    PostingsWriter postings = new PostingsWriter(out);
    if (seriesCount > maxSeriesWithoutPostings) {
      addPostings(postings, valueCount);
    }
    postings.finish(directory);
  }

  /** Range by range of values, as many as fit, each with a pass over all series. */
  private void addPostings(PostingsWriter postings, int valueCount) throws IOException {
    int[] counts = countPerValue(valueCount);
    int[] next = new int[valueCount];
    int[] ids = {};
    int from = 0;
    while (from < valueCount) {
      int to = from;
      int size = 0;
      while (to < valueCount && (to == from || size + counts[to] <= MAX_POSTINGS_AT_ONCE)) {
        next[to] = size;
        size += counts[to++];
      }
      if (ids.length < size) {
        ids = new int[size];
      }
      fill(ids, next, from, to);
      for (int i = from; i < to; i++) {
        postings.add(ids, next[i] - counts[i], next[i]);
      }
      from = to;
    }
  }

  /** Afterwards {@code next} stands behind each list. */
  private void fill(int[] ids, int[] next, int from, int to) {
    SeriesSpool.Reader in = spool.reader();
    for (int series = 0; series < seriesCount; series++) {
      for (LabelValues label : shapesByAge.get(in.next())) {
        int value = label.firstId + label.rankByAge[in.next()];
        if (value >= from && value < to) {
          ids[next[value]++] = series;
        }
      }
    }
  }

  private int[] countPerValue(int valueCount) {
    int[] counts = new int[valueCount];
    SeriesSpool.Reader in = spool.reader();
    for (int series = 0; series < seriesCount; series++) {
      for (LabelValues label : shapesByAge.get(in.next())) {
        counts[label.firstId + label.rankByAge[in.next()]]++;
      }
    }
    return counts;
  }
}
