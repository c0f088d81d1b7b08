package dev.vedette.testkit.oracle;

import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.model.SpecialValues;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/** Samples of some series by their times. */
public final class OracleData {
  private final Map<Labels, TreeMap<Long, Double>> series = new TreeMap<>();

  public void add(Labels labels, long millis, double value) {
    series.computeIfAbsent(labels, _ -> new TreeMap<>()).put(millis, value);
  }

  /** Every series with its samples, staleness markers included. */
  public void forEach(BiConsumer<Labels, TreeMap<Long, Double>> action) {
    series.forEach(action);
  }

  /** Samples in {@code (after, until]} of the series that match; empty ones are left out. */
  Map<Labels, List<Point>> in(List<LabelMatcher> matchers, long after, long until) {
    Map<Labels, List<Point>> found = new TreeMap<>();
    series.forEach(
        (labels, samples) -> {
          List<Point> points = new ArrayList<>();
          samples
              .subMap(after, false, until, true)
              .forEach((millis, value) -> points.add(new Point(millis, value)));
          if (!points.isEmpty() && matchers.stream().allMatch(each -> each.matches(labels))) {
            found.put(labels, points);
          }
        });
    return found;
  }

  static boolean isStale(double value) {
    return Double.doubleToRawLongBits(value) == SpecialValues.STALE_BITS;
  }
}
