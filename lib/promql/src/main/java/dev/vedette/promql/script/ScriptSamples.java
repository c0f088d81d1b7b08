package dev.vedette.promql.script;

import dev.vedette.model.CounterReset;
import dev.vedette.model.Histogram;
import dev.vedette.model.Labels;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesOrder;
import dev.vedette.promql.histogram.CounterResets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Samples of scripts in sorted maps. Confined to one thread. */
final class ScriptSamples {
  private final TreeMap<Labels, TreeMap<Long, Sample>> series = new TreeMap<>(SeriesOrder.INSTANCE);

  /** A number, or a histogram. */
  record Sample(double value, @Nullable Histogram histogram, long startMillis) {}

  int size() {
    return series.size();
  }

  void clear() {
    series.clear();
  }

  void put(Labels labels, long timestampMillis, Sample sample) {
    series.computeIfAbsent(labels, _ -> new TreeMap<>()).put(timestampMillis, sample);
  }

  /** Series that match, each ready to be handed out. */
  List<Column> select(Selection selection) {
    List<Column> columns = new ArrayList<>();
    series.forEach(
        (labels, samples) -> {
          if (selection.startMillis() <= selection.endMillis() && matches(labels, selection)) {
            NavigableMap<Long, Sample> inRange =
                samples.subMap(selection.startMillis(), true, selection.endMillis(), true);
            if (!inRange.isEmpty()) {
              columns.add(Column.of(labels, samples, inRange));
            }
          }
        });
    return columns;
  }

  private static boolean matches(Labels labels, Selection selection) {
    return selection.matchers().stream().allMatch(matcher -> matcher.matches(labels));
  }

  /** One series as a batch has it. */
  @SuppressWarnings("ArrayRecordComponent") // made for one cursor, never compared
  record Column(
      Labels labels,
      long[] timestamps,
      double[] values,
      @Nullable Histogram[] histograms,
      long[] starts) {
    static Column of(Labels labels, TreeMap<Long, Sample> all, NavigableMap<Long, Sample> inRange) {
      int size = inRange.size();
      Column column =
          new Column(labels, new long[size], new double[size], new Histogram[size], new long[size]);
      int[] at = {0};
      inRange.forEach(
          (time, sample) -> {
            int i = at[0]++;
            column.timestamps[i] = time;
            column.values[i] = sample.value();
            column.histograms[i] = stored(sample.histogram(), all.lowerEntry(time));
            column.starts[i] = sample.startMillis();
          });
      return column;
    }

    /**
     * A histogram as Prometheus gives it back: where it goes on from the one before, it says so,
     * and where it does not, it says nothing.
     */
    private static @Nullable Histogram stored(
        @Nullable Histogram histogram, Map.@Nullable Entry<Long, Sample> before) {
      if (histogram == null || histogram.reset() == CounterReset.GAUGE) {
        return histogram;
      }
      Histogram earlier = before == null ? null : before.getValue().histogram();
      boolean continues =
          earlier != null
              && earlier.reset() != CounterReset.GAUGE
              && histogram.reset() != CounterReset.YES
              && histogram.layout().isLike(earlier.layout())
              && !CounterResets.between(earlier, histogram.withReset(CounterReset.UNKNOWN));
      return histogram.withReset(continues ? CounterReset.NO : CounterReset.UNKNOWN);
    }

    void addTo(SeriesBatch batch) {
      boolean anyHistogram = Arrays.stream(histograms).anyMatch(h -> h != null);
      boolean anyStart = Arrays.stream(starts).anyMatch(start -> start != 0);
      batch.add(
          labels,
          timestamps,
          values,
          anyHistogram ? histograms : null,
          anyStart ? starts : null,
          timestamps.length);
    }
  }
}
