package dev.vedette.tsdb.block;

import dev.vedette.model.Corruption;
import dev.vedette.model.Histogram;
import dev.vedette.model.HistogramLayout;
import dev.vedette.tsdb.block.SeriesExtras.Group;
import dev.vedette.tsdb.block.SeriesExtras.Run;
import dev.vedette.tsdb.encode.PageDecoder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decodes histograms and start timestamps of one series at a time. One thread; keeps the page it
 * read last, so that series read in order cost each page once.
 */
final class ExtrasDecoder {
  private static final int NONE = -1;

  private final SamplesReader samples;
  private final PageDecoder page;
  private final String file;
  private int open = NONE;
  private double[] scratch = {};

  ExtrasDecoder(ExtrasReader extras, String file) {
    this.samples = extras.samples();
    this.page = new PageDecoder(samples);
    this.file = file;
  }

  /**
   * Start timestamps of samples {@code from} (inclusive) to {@code to}; null where none has one.
   */
  long @Nullable [] starts(SeriesExtras series, int from, int to) {
    if (!series.hasStarts()) {
      return null;
    }
    long[] out = new long[to - from];
    double[] values = column(series.firstColumn(), from, to);
    for (int i = 0; i < to - from; i++) {
      out[i] = series.hasRawStarts() ? Double.doubleToRawLongBits(values[i]) : (long) values[i];
    }
    return out;
  }

  /**
   * Histograms of samples {@code from} (inclusive) to {@code to}, null for floats; null where all
   * are floats.
   */
  @Nullable Histogram @Nullable [] histograms(SeriesExtras series, int from, int to) {
    int first = series.histogramsBefore(from);
    int last = series.histogramsBefore(to);
    if (first == last) {
      return null;
    }
    Histogram[] found = new Histogram[last - first];
    List<Run> runs = series.runs();
    for (int i = 0; i < runs.size(); ) {
      int next = i + 1;
      Group group = runs.get(i).group();
      if (group == null) {
        markers(runs.get(i), first, last, found);
      } else {
        while (next < runs.size() && isOf(group, runs.get(next))) {
          next++;
        }
        group(runs.subList(i, next), group, first, last, found);
      }
      i = next;
    }
    @Nullable Histogram[] out = new Histogram[to - from];
    place(series.stretches(), from, to, found, out);
    return out;
  }

  @SuppressWarnings("ReferenceEquality") // Groups are made once a series.
  private static boolean isOf(Group group, Run run) {
    return run.group() == group;
  }

  private static void markers(Run run, int first, int last, Histogram[] found) {
    for (int i = Math.max(run.from(), first); i < Math.min(run.to(), last); i++) {
      found[i - first] = Histogram.STALE.withReset(run.reset());
    }
  }

  /** Reads column by column and makes rows of them. */
  private void group(List<Run> runs, Group group, int first, int last, Histogram[] found) {
    int from = runs.getFirst().from();
    int to = runs.getLast().to();
    if (from >= last || to <= first) {
      return;
    }
    long[][] rows = new long[runs.getLast().to() - from][];
    long[] sums = new long[rows.length];
    int groupFrom = Integer.MAX_VALUE;
    int groupTo = 0;
    for (Run run : runs) {
      int begin = Math.max(run.from(), first);
      int end = Math.min(run.to(), last);
      for (int i = begin; i < end; i++) {
        rows[i - from] = new long[run.columns().length];
      }
      if (begin < end) {
        groupFrom = Math.min(groupFrom, run.inGroup() + begin - run.from());
        groupTo = Math.max(groupTo, run.inGroup() + end - run.from());
      }
    }
    if (groupFrom >= groupTo) {
      return;
    }
    int[] next = new int[runs.size()];
    for (int column = 0; column < group.union().columns(); column++) {
      double[] values = column(group.firstColumn() + column, groupFrom, groupTo);
      for (int r = 0; r < runs.size(); r++) {
        Run run = runs.get(r);
        boolean isSum = column == ColumnUnion.SUM;
        if (!isSum && (next[r] == run.columns().length || run.columns()[next[r]] != column)) {
          continue;
        }
        int begin = Math.max(run.from(), first);
        int end = Math.min(run.to(), last);
        for (int i = begin; i < end; i++) {
          double value = values[run.inGroup() + i - run.from() - groupFrom];
          if (isSum) {
            sums[i - from] = Double.doubleToRawLongBits(value);
          } else {
            rows[i - from][next[r]] = integerOrBits(group, value);
          }
        }
        next[r] += isSum ? 0 : 1;
      }
    }
    for (Run run : runs) {
      for (int i = Math.max(run.from(), first); i < Math.min(run.to(), last); i++) {
        long[] row = rows[i - from];
        if (!group.isFloat()) {
          addRest(row);
        }
        found[i - first] =
            Histogram.ofColumns(run.layout(), group.isFloat(), run.reset(), sums[i - from], row);
      }
    }
  }

  private static long integerOrBits(Group group, double value) {
    return group.isFloat() || group.isRaw() ? Double.doubleToRawLongBits(value) : (long) value;
  }

  /** The column of the count has what is in no bucket. */
  private static void addRest(long[] row) {
    long count = row[HistogramLayout.COUNT];
    for (int i = HistogramLayout.ZERO_COUNT; i < row.length; i++) {
      count += row[i];
    }
    row[HistogramLayout.COUNT] = count;
  }

  private static void place(
      int[] stretches, int from, int to, Histogram[] found, @Nullable Histogram[] out) {
    int next = 0;
    int begin = 0;
    for (int i = 0; i < stretches.length; i++) {
      int end = stretches[i];
      for (int at = Math.max(begin, from); at < Math.min(end, to); at++) {
        out[at - from] = (i & 1) == 1 ? found[next++] : null;
      }
      begin = end;
    }
  }

  private double[] column(int column, int from, int to) {
    int number = samples.pageOf(column);
    if (number != open) {
      open = NONE;
      page.open(number, samples.seriesCount(number) - 1);
      open = number;
    }
    int inPage = column - samples.firstSeries(number);
    int size = page.timestamps(inPage).length;
    if (to > size) {
      throw new Corruption(
          file,
          samples.page(number).offset(),
          "a column of at least %d samples".formatted(to),
          "%d".formatted(size));
    }
    if (scratch.length < to - from) {
      scratch = new double[Math.max(to - from, scratch.length * 2)];
    }
    page.values(inPage, from, to, scratch);
    return scratch;
  }
}
