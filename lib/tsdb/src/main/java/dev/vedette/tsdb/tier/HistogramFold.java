package dev.vedette.tsdb.tier;

import dev.vedette.model.BucketSpans;
import dev.vedette.model.CounterReset;
import dev.vedette.model.CounterResets;
import dev.vedette.model.Histogram;
import dev.vedette.model.HistogramLayout;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The sum of histograms of one kind, added one after another. One thread. */
final class HistogramFold {
  private HistogramLayout layout = HistogramLayout.EMPTY;
  private boolean isFloat;
  private CounterReset reset = CounterReset.UNKNOWN;
  private long[] columns = {};
  private final CompensatedSum sum = new CompensatedSum();

  /**
   * Whether a histogram belongs to the entry that the one before it is of: it can be added as it
   * is, and nothing was lost between the two.
   *
   * @param before the sample before, null for a float
   * @param count of the entry so far
   */
  static boolean joins(@Nullable Histogram before, Histogram now, double count) {
    if (before == null || before.isStale() || before.isFloat() != now.isFloat()) {
      return false;
    }
    // Of more than a long may hold, in all, there is a new entry.
    if (!now.isFloat() && count + now.count() > Long.MAX_VALUE / 2) {
      return false;
    }
    return switch (CounterResets.between(before, now)) {
      case NO -> true;
      case GAUGE -> before.reset() == CounterReset.GAUGE && now.layout().isLike(before.layout());
      case YES, UNKNOWN -> false;
    };
  }

  /**
   * Begins with the first one.
   *
   * @param before the sample before that, null for a float or none
   */
  void begin(@Nullable Histogram before, Histogram first) {
    layout = first.layout();
    isFloat = first.isFloat();
    reset = CounterResets.between(before, first);
    columns = new long[layout.columns()];
    first.copyColumns(columns, 0);
    sum.clear();
    sum.add(first.sum());
  }

  /** Adds one that {@link #joins}. */
  void add(Histogram more) {
    sum.add(more.sum());
    if (!layout.equals(more.layout())) {
      spread(more.layout());
    }
    addColumn(HistogramLayout.COUNT, more.column(HistogramLayout.COUNT));
    addColumn(HistogramLayout.ZERO_COUNT, more.column(HistogramLayout.ZERO_COUNT));
    int own = HistogramLayout.BUCKETS;
    int at = HistogramLayout.BUCKETS;
    at = addSide(layout.positive(), own, more.layout().positive(), more, at);
    own += layout.positive().buckets();
    addSide(layout.negative(), own, more.layout().negative(), more, at);
  }

  private int addSide(BucketSpans own, int first, BucketSpans spans, Histogram more, int from) {
    int at = from;
    if (own.equals(spans)) {
      for (int i = 0; i < own.buckets(); i++) {
        addColumn(first + i, more.column(at++));
      }
      return at;
    }
    int[] indexes = own.indexes();
    int place = 0;
    for (int index : spans.indexes()) {
      while (indexes[place] != index) {
        place++;
      }
      addColumn(first + place, more.column(at++));
    }
    return at;
  }

  private void addColumn(int column, long value) {
    columns[column] =
        isFloat
            ? Double.doubleToRawLongBits(
                Double.longBitsToDouble(columns[column]) + Double.longBitsToDouble(value))
            : columns[column] + value;
  }

  /** Makes room for the buckets of another layout. */
  private void spread(HistogramLayout other) {
    HistogramLayout wider =
        layout.withBuckets(
            union(layout.positive(), other.positive()), union(layout.negative(), other.negative()));
    Histogram before = Histogram.ofColumns(layout, isFloat, CounterReset.UNKNOWN, 0, columns);
    layout = wider;
    // All bits zero are zero, of either kind.
    columns = new long[wider.columns()];
    columns[HistogramLayout.COUNT] = before.column(HistogramLayout.COUNT);
    columns[HistogramLayout.ZERO_COUNT] = before.column(HistogramLayout.ZERO_COUNT);
    HistogramLayout old = before.layout();
    int at = HistogramLayout.BUCKETS;
    at = addSide(wider.positive(), at, old.positive(), before, at);
    addSide(
        wider.negative(),
        HistogramLayout.BUCKETS + wider.positive().buckets(),
        old.negative(),
        before,
        at);
  }

  private static BucketSpans union(BucketSpans a, BucketSpans b) {
    if (a.equals(b)) {
      return a;
    }
    int[] both = Arrays.copyOf(a.indexes(), a.buckets() + b.buckets());
    System.arraycopy(b.indexes(), 0, both, a.buckets(), b.buckets());
    Arrays.sort(both);
    int size = 0;
    for (int index : both) {
      if (size == 0 || both[size - 1] != index) {
        both[size++] = index;
      }
    }
    return BucketSpans.ofIndexes(both, size);
  }

  /** The sum, with the hint of the first one. */
  Histogram sum() {
    return Histogram.ofColumns(
        layout, isFloat, reset, Double.doubleToRawLongBits(sum.value()), columns);
  }
}
