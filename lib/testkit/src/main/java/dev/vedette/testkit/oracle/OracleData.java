package dev.vedette.testkit.oracle;

import dev.vedette.model.Histogram;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/** Samples of some series by their times. */
public final class OracleData {
  private final Map<Labels, TreeMap<Long, Point>> series = new TreeMap<>();

  public void add(Labels labels, long millis, double value) {
    add(labels, new Point(millis, value));
  }

  public void add(Labels labels, long millis, Histogram histogram) {
    add(labels, new Point(millis, Double.NaN, histogram));
  }

  private void add(Labels labels, Point point) {
    series.computeIfAbsent(labels, _ -> new TreeMap<>()).put(point.millis(), point);
  }

  /** Every series with its samples by time, staleness markers included. */
  public void forEach(BiConsumer<Labels, List<Point>> action) {
    series.forEach((labels, samples) -> action.accept(labels, List.copyOf(samples.values())));
  }

  /** Samples in {@code (after, until]} of the series that match; empty ones are left out. */
  Map<Labels, List<Point>> in(List<LabelMatcher> matchers, long after, long until) {
    Map<Labels, List<Point>> found = new TreeMap<>();
    series.forEach(
        (labels, samples) -> {
          List<Point> points = new ArrayList<>(samples.subMap(after, false, until, true).values());
          if (!points.isEmpty() && matchers.stream().allMatch(each -> each.matches(labels))) {
            found.put(labels, points);
          }
        });
    return found;
  }

  /**
   * The newest of them of each series, in {@code (until - lookback, until]}, but for stale ones.
   */
  Map<Labels, Point> newest(List<LabelMatcher> matchers, long lookbackMillis, long until) {
    Map<Labels, Point> found = new TreeMap<>();
    in(matchers, until - lookbackMillis, until)
        .forEach(
            (labels, points) -> {
              if (!points.getLast().isStale()) {
                found.put(labels, points.getLast());
              }
            });
    return found;
  }
}
