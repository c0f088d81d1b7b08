package dev.vedette.promql.script;

import dev.vedette.model.Histogram;
import dev.vedette.model.Labels;
import dev.vedette.model.SpecialValues;
import dev.vedette.promql.QueryResult;
import dev.vedette.promql.histogram.HistogramMath;
import dev.vedette.promql.script.Command.Expectation;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Compares a result with what a script expects. */
final class ResultCheck {
  private static final double TOLERANCE = 1e-6;

  private final Command.Eval eval;

  ResultCheck(Command.Eval eval) {
    this.eval = eval;
  }

  /** How the result differs; empty where it does not. */
  String difference(QueryResult result) {
    for (Expectation expectation : eval.expectations()) {
      switch (expectation) {
        case Expectation.StringResult string -> {
          return string(string.value(), result);
        }
        case Expectation.RangeVector range -> {
          return matrix(result, range.times());
        }
        case Expectation.Fail _,
            Expectation.Warn _,
            Expectation.Info _,
            Expectation.NoWarn _,
            Expectation.NoInfo _,
            Expectation.Ordered _ -> {}
      }
    }
    Double scalar = eval.scalar();
    if (scalar != null) {
      return scalar(scalar, result);
    }
    return switch (result) {
      case QueryResult.InstantVector vector -> vector(vector);
      case QueryResult.Matrix _ -> matrix(result, eval.times());
      case QueryResult.Scalar _, QueryResult.StringValue _ ->
          "expected a vector or matrix but was " + result;
    };
  }

  private static String string(String expected, QueryResult result) {
    return result instanceof QueryResult.StringValue string && string.value().equals(expected)
        ? ""
        : "expected \"%s\" but was %s".formatted(expected, result);
  }

  private static String scalar(double expected, QueryResult result) {
    return result instanceof QueryResult.Scalar scalar && equal(expected, scalar.value())
        ? ""
        : "expected %s but was %s".formatted(expected, result);
  }

  private String vector(QueryResult.InstantVector vector) {
    boolean ordered = eval.expectations().contains(new Expectation.Ordered());
    if (ordered) {
      List<Labels> order = eval.results().stream().map(SeriesLine::labels).toList();
      if (!order.equals(vector.labels())) {
        return "expected in the order %s but was %s".formatted(order, vector.labels());
      }
    }
    Map<Labels, TreeMap<Long, Point>> actual = new LinkedHashMap<>();
    for (int i = 0; i < vector.values().length; i++) {
      TreeMap<Long, Point> points = new TreeMap<>();
      points.put(eval.times().startMillis(), new Point(vector.values()[i], vector.histogram(i)));
      actual.put(vector.labels().get(i), points);
    }
    return compare(
        actual, new Command.Times(eval.times().startMillis(), eval.times().startMillis(), 1));
  }

  /** How the points of a matrix at one time differ from what an instant query expects. */
  String differenceAt(long time, QueryResult.Matrix matrix) {
    Map<Labels, TreeMap<Long, Point>> actual = new LinkedHashMap<>();
    for (QueryResult.Column column : matrix.series()) {
      int at = Arrays.binarySearch(column.timestamps(), time);
      if (at >= 0) {
        TreeMap<Long, Point> points = new TreeMap<>();
        points.put(time, new Point(column.values()[at], column.histogram(at)));
        actual.put(column.labels(), points);
      }
    }
    return compare(actual, new Command.Times(time, time, 1));
  }

  private String matrix(QueryResult result, Command.Times times) {
    if (!(result instanceof QueryResult.Matrix matrix)) {
      return "expected a matrix but was " + result;
    }
    Map<Labels, TreeMap<Long, Point>> actual = new LinkedHashMap<>();
    for (QueryResult.Column column : matrix.series()) {
      TreeMap<Long, Point> points = new TreeMap<>();
      for (int i = 0; i < column.values().length; i++) {
        points.put(column.timestamps()[i], new Point(column.values()[i], column.histogram(i)));
      }
      actual.put(column.labels(), points);
    }
    return compare(actual, times);
  }

  private String compare(Map<Labels, TreeMap<Long, Point>> actual, Command.Times times) {
    for (SeriesLine expected : eval.results()) {
      TreeMap<Long, Point> points = actual.remove(expected.labels());
      if (points == null) {
        boolean empty = expected.items().stream().allMatch(SeriesLine.Item.Gap.class::isInstance);
        if (empty) {
          continue;
        }
        return "no series %s; there are %s".formatted(expected.labels(), actual);
      }
      String difference = compare(expected, points, times);
      if (!difference.isEmpty()) {
        return difference;
      }
    }
    return actual.isEmpty() ? "" : "unexpected series " + actual;
  }

  private static String compare(
      SeriesLine expected, TreeMap<Long, Point> points, Command.Times times) {
    TreeMap<Long, Point> rest = new TreeMap<>(points);
    long time = times.startMillis();
    for (SeriesLine.Item item : expected.items()) {
      Point actual = rest.remove(time);
      boolean same =
          switch (item) {
            case SeriesLine.Item.Gap _ -> actual == null;
            case SeriesLine.Item.Value value ->
                actual != null
                    && actual.histogram() == null
                    && equal(value.value(), actual.value());
            case SeriesLine.Item.Stale _ ->
                actual != null
                    && actual.histogram() == null
                    && SpecialValues.isStale(actual.value());
            case SeriesLine.Item.Histogram wanted ->
                actual != null && same(wanted.literal(), actual.histogram());
          };
      if (!same) {
        return "%s at %d ms: expected %s but was %s"
            .formatted(expected.labels(), time, shown(item), actual == null ? "nothing" : actual);
      }
      time += times.stepMillis();
    }
    return rest.isEmpty() ? "" : "%s has more points: %s".formatted(expected.labels(), rest);
  }

  private static String shown(SeriesLine.Item item) {
    return switch (item) {
      case SeriesLine.Item.Gap _ -> "nothing";
      case SeriesLine.Item.Value value -> Double.toString(value.value());
      case SeriesLine.Item.Stale _ -> "stale";
      case SeriesLine.Item.Histogram histogram ->
          HistogramLiteral.text(histogram.literal().histogram());
    };
  }

  private record Point(double value, @Nullable Histogram histogram) {
    @Override
    public String toString() {
      return histogram == null ? Double.toString(value) : HistogramLiteral.text(histogram);
    }
  }

  private static boolean same(HistogramLiteral wanted, @Nullable Histogram actual) {
    if (actual == null || wanted.hinted() && wanted.histogram().reset() != actual.reset()) {
      return false;
    }
    Histogram a = HistogramMath.compact(wanted.histogram());
    Histogram b = HistogramMath.compact(actual);
    if (!a.layout().equals(b.layout())
        || !equal(a.count(), b.count())
        || !equal(a.sum(), b.sum())
        || !equal(a.zeroCount(), b.zeroCount())) {
      return false;
    }
    for (int i = 0; i < a.layout().positive().buckets(); i++) {
      if (!equal(a.positive(i), b.positive(i))) {
        return false;
      }
    }
    for (int i = 0; i < a.layout().negative().buckets(); i++) {
      if (!equal(a.negative(i), b.negative(i))) {
        return false;
      }
    }
    return true;
  }

  static boolean equal(double a, double b) {
    if (SpecialValues.isStale(a) || SpecialValues.isStale(b)) {
      return SpecialValues.isStale(a) && SpecialValues.isStale(b);
    }
    if (a == b || Double.isNaN(a) && Double.isNaN(b)) {
      return true;
    }
    double sum = Math.abs(a) + Math.abs(b);
    double difference = Math.abs(a - b);
    if (a == 0 || b == 0 || sum < Double.MIN_NORMAL) {
      return difference < TOLERANCE * Double.MIN_NORMAL;
    }
    return difference / Math.min(sum, Double.MAX_VALUE) < TOLERANCE;
  }
}
