package dev.vedette.testkit.oracle;

import dev.vedette.testkit.oracle.OracleRange.Window;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Functions of ranges of native histograms by their definitions. */
final class HistogramFunctions {
  private HistogramFunctions() {}

  private static List<OracleHistogram> values(Window window) {
    return window.points().stream().map(OracleHistograms::of).toList();
  }

  static OracleHistogram last(Window window) {
    return OracleHistograms.of(window.points().getLast());
  }

  static OracleHistogram sum(Window window) {
    return OracleHistograms.sum(values(window));
  }

  static OracleHistogram mean(Window window) {
    return OracleHistograms.mean(values(window));
  }

  /** {@code rate}, {@code increase} and {@code delta}. */
  static @Nullable OracleHistogram extrapolated(Window window, boolean counter, boolean perSecond) {
    List<OracleHistogram> all = values(window);
    if (all.size() < 2) {
      return null;
    }
    // A first one that is followed by a reset adds nothing, not even its resolution.
    boolean skips = counter && all.get(1).isResetAfter(all.getFirst());
    List<OracleHistogram> counted = skips ? all.subList(1, all.size()) : all;
    OracleHistogram difference = skips ? all.getLast() : minus(all.getLast(), all.getFirst());
    int schema = Math.min(all.getLast().schema(), counted.getFirst().schema());
    for (int i = 1; counter && i < counted.size(); i++) {
      schema = Math.min(schema, counted.get(i).schema());
      if (counted.get(i).isResetAfter(counted.get(i - 1))) {
        difference = Objects.requireNonNull(difference.plus(counted.get(i - 1)));
      }
    }
    difference = difference.reduced(schema);
    double first = all.getFirst().count();
    double beforeFirst =
        counter && difference.count() > 0 && first >= 0 ? first / difference.count() : Double.NaN;
    double seconds = perSecond ? window.rangeMillis() / 1000.0 : 1;
    return difference.times(OracleFunctions.reach(window, beforeFirst) / seconds);
  }

  private static OracleHistogram minus(OracleHistogram left, OracleHistogram right) {
    return Objects.requireNonNull(left.minus(right));
  }

  /** {@code irate} and {@code idelta}. */
  static @Nullable OracleHistogram ofLastTwo(Window window, boolean perSecond) {
    int size = window.size();
    if (size < 2) {
      return null;
    }
    OracleHistogram before = OracleHistograms.of(window.points().get(size - 2));
    OracleHistogram last = last(window);
    OracleHistogram difference =
        perSecond && last.isResetAfter(before) ? last : minus(last, before);
    double millis = window.points().get(size - 1).millis() - window.points().get(size - 2).millis();
    return difference.times(perSecond ? 1000 / millis : 1);
  }

  static double resets(Window window) {
    List<OracleHistogram> all = new ArrayList<>(values(window));
    double count = 0;
    for (int i = 1; i < all.size(); i++) {
      count += all.get(i).isResetAfter(all.get(i - 1)) ? 1 : 0;
    }
    return count;
  }

  static double changes(Window window) {
    List<OracleHistogram> all = values(window);
    double count = 0;
    for (int i = 1; i < all.size(); i++) {
      count += all.get(i).hasCountsOf(all.get(i - 1)) ? 0 : 1;
    }
    return count;
  }
}
