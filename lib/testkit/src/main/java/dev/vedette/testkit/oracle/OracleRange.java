package dev.vedette.testkit.oracle;

import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongFunction;

/**
 * A range vector.
 *
 * @param text as PromQL
 * @param windows by labels at a time in Unix milliseconds, none of them empty
 */
record OracleRange(String text, LongFunction<Map<Labels, Window>> windows) {
  /**
   * Samples of one series in {@code (endMillis - rangeMillis, endMillis]}, for a step that looks
   * there.
   */
  record Window(List<Point> points, long endMillis, long rangeMillis, long stepMillis) {
    double value(int at) {
      return points.get(at).value();
    }

    int size() {
      return points.size();
    }
  }

  /** A function of a window, NaN bits and all; null where it has no value. */
  @FunctionalInterface
  interface Function {
    @org.jspecify.annotations.Nullable
    Double of(Window window);
  }

  static OracleRange select(
      OracleData data, Selector selector, List<LabelMatcher> matchers, long rangeMillis) {
    return new OracleRange(
        selector.text(),
        millis -> {
          long end = selector.end(millis);
          Map<Labels, Window> result = new TreeMap<>();
          data.in(matchers, end - rangeMillis, end)
              .forEach(
                  (labels, all) -> {
                    List<Point> points = all.stream().filter(each -> !each.isStale()).toList();
                    if (!points.isEmpty()) {
                      result.put(labels, new Window(points, end, rangeMillis, millis));
                    }
                  });
          return result;
        });
  }

  /**
   * An {@code anchored} range, which begins with the last sample at or before its start.
   *
   * @param lookbackMillis how far before its start that may be
   */
  static OracleRange anchored(
      OracleData data,
      Selector selector,
      List<LabelMatcher> matchers,
      long rangeMillis,
      long lookbackMillis) {
    return wider(
        data,
        selector,
        matchers,
        rangeMillis,
        lookbackMillis,
        (before, inside, _) -> {
          List<Point> points = new ArrayList<>();
          if (!inside.isEmpty()) {
            before.ifPresent(points::add);
            points.addAll(inside);
          }
          return points;
        });
  }

  /**
   * A {@code smoothed} range, which has values at both of its ends, on the lines from one sample to
   * the next.
   *
   * @param lookbackMillis how far outside of it the samples may be that those lines come from
   * @param counter whether a line that would go down begins at zero instead
   */
  static OracleRange smoothed(
      OracleData data,
      Selector selector,
      List<LabelMatcher> matchers,
      long rangeMillis,
      long lookbackMillis,
      boolean counter) {
    return wider(
            data,
            selector,
            matchers,
            rangeMillis,
            lookbackMillis,
            (before, inside, behind) -> {
              List<Point> all = new ArrayList<>(inside);
              before.ifPresent(all::addFirst);
              behind.ifPresent(all::addLast);
              boolean isEmpty = inside.isEmpty() && (before.isEmpty() || behind.isEmpty());
              return isEmpty ? List.of() : all;
            })
        .cut(counter);
  }

  /** What of a window and its neighbours counts; nothing where it has no value. */
  @FunctionalInterface
  private interface Choice {
    List<Point> of(Optional<Point> before, List<Point> inside, Optional<Point> behind);
  }

  private static OracleRange wider(
      OracleData data,
      Selector selector,
      List<LabelMatcher> matchers,
      long rangeMillis,
      long lookbackMillis,
      Choice choice) {
    return new OracleRange(
        selector.text(),
        millis -> {
          long end = selector.end(millis);
          long start = end - rangeMillis;
          Map<Labels, Window> result = new TreeMap<>();
          data.in(matchers, start - lookbackMillis, end + lookbackMillis)
              .forEach(
                  (labels, all) -> {
                    List<Point> live = all.stream().filter(each -> !each.isStale()).toList();
                    List<Point> points =
                        choice.of(
                            live.stream().filter(p -> p.millis() <= start).reduce((_, b) -> b),
                            live.stream()
                                .filter(p -> p.millis() > start && p.millis() <= end)
                                .toList(),
                            live.stream().filter(p -> p.millis() > end).findFirst());
                    if (!points.isEmpty()) {
                      result.put(labels, new Window(points, end, rangeMillis, millis));
                    }
                  });
          return result;
        });
  }

  /** The same with what is outside of a window replaced by a value at that end of it. */
  private OracleRange cut(boolean counter) {
    return new OracleRange(
        text,
        millis -> {
          Map<Labels, Window> result = new TreeMap<>();
          windows
              .apply(millis)
              .forEach((labels, window) -> result.put(labels, cut(window, counter)));
          return result;
        });
  }

  private static Window cut(Window window, boolean counter) {
    List<Point> points = new ArrayList<>(window.points);
    long start = window.endMillis - window.rangeMillis;
    if (window.size() > 1 && window.points.getFirst().millis() < start) {
      points.set(0, between(window.points.get(0), window.points.get(1), start, counter));
    }
    int last = window.size() - 1;
    if (last > 0 && window.points.get(last).millis() > window.endMillis) {
      Point before = window.points.get(last - 1);
      points.set(last, between(before, window.points.get(last), window.endMillis, counter));
    }
    return new Window(points, window.endMillis, window.rangeMillis, window.stepMillis);
  }

  /**
   * What a line from one sample to another has at a time.
   *
   * @param counter whether a line that would go down begins at zero instead
   */
  static Point between(Point left, Point right, long millis, boolean counter) {
    if (left.millis() == millis || left.millis() == right.millis()) {
      return new Point(millis, left.value());
    }
    double from = counter && right.value() < left.value() ? 0 : left.value();
    double part = (double) (millis - left.millis()) / (right.millis() - left.millis());
    return new Point(millis, from + (right.value() - from) * part);
  }

  /** Values of an expression at the multiples of a step. */
  static OracleRange subquery(OracleVector inner, String text, long rangeMillis, long stepMillis) {
    return new OracleRange(
        text,
        millis -> {
          Map<Labels, List<Point>> points = new TreeMap<>();
          long first = Math.floorDiv(millis - rangeMillis, stepMillis) * stepMillis + stepMillis;
          for (long at = first; at <= millis; at += stepMillis) {
            long time = at;
            inner
                .at(at)
                .forEach(
                    (labels, value) ->
                        points
                            .computeIfAbsent(labels, _ -> new ArrayList<>())
                            .add(new Point(time, value)));
          }
          Map<Labels, Window> result = new TreeMap<>();
          points.forEach(
              (labels, all) -> result.put(labels, new Window(all, millis, rangeMillis, millis)));
          return result;
        });
  }

  /** 1 where there is nothing in any window. */
  OracleVector absent(Labels asked) {
    return new OracleVector(
        "absent_over_time(%s)".formatted(text),
        millis -> windows.apply(millis).isEmpty() ? Map.of(asked, 1.0) : Map.of());
  }

  /**
   * A function over it.
   *
   * @param form the text, with {@code %s} for the range
   */
  OracleVector call(String form, boolean keepsName, Function function) {
    return new OracleVector(
        form.formatted(text),
        millis -> {
          Map<Labels, Double> result = new TreeMap<>();
          windows
              .apply(millis)
              .forEach(
                  (labels, window) -> {
                    Double value = function.of(window);
                    if (value != null) {
                      OracleVector.put(
                          result, keepsName ? labels : OracleVector.unnamed(labels), value);
                    }
                  });
          return result;
        });
  }
}
