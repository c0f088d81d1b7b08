package dev.vedette.promql.functions;

import dev.vedette.model.Histogram;
import dev.vedette.model.Label;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.promql.exec.Evaluation;
import dev.vedette.promql.exec.Grouping;
import dev.vedette.promql.exec.ListStream;
import dev.vedette.promql.exec.Merge;
import dev.vedette.promql.exec.PointColumn;
import dev.vedette.promql.exec.Points;
import dev.vedette.promql.exec.SelectOp;
import dev.vedette.promql.exec.SelectOp.Shown;
import dev.vedette.promql.exec.Series;
import dev.vedette.promql.exec.Steps;
import dev.vedette.promql.exec.VectorOp;
import dev.vedette.promql.exec.VectorStream;
import dev.vedette.promql.parse.SourceRange;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * {@code info(v, {…})}: adds to each series the labels of the info metrics that have the same
 * {@code instance} and {@code job}. Holds both sides.
 *
 * @param matchers of the second argument
 */
public record InfoOp(VectorOp base, List<LabelMatcher> matchers, Reading reading)
    implements VectorOp {
  private static final List<String> IDENTIFYING = List.of("instance", "job");
  private static final Grouping SIGNATURE = Grouping.by(IDENTIFYING);
  private static final String DEFAULT_NAME = "target_info";

  /** How the info metrics are read: as the vector's own selector is. */
  public record Reading(
      long lookbackMillis, long offsetMillis, @Nullable Long fixedMillis, SourceRange where) {}

  public InfoOp {
    matchers = List.copyOf(matchers);
  }

  @Override
  public VectorStream open(Evaluation evaluation, Steps steps) {
    return new ListStream(all(evaluation, steps));
  }

  @Override
  public List<Series> all(Evaluation evaluation, Steps steps) {
    Map<Labels, List<Series>> infos = infos(evaluation, steps);
    Merge merge = Merge.sameLabels();
    for (Series series : base.all(evaluation, steps)) {
      evaluation.check();
      if (isInfo(series.labels())) {
        merge.add(series);
      } else {
        List<Series> matching = infos.getOrDefault(SIGNATURE.of(series.labels()), List.of());
        enrich(series, matching).forEach(merge::add);
      }
    }
    return merge.series();
  }

  private List<LabelMatcher> nameMatchers() {
    List<LabelMatcher> names = new ArrayList<>();
    boolean positive = false;
    for (LabelMatcher matcher : matchers) {
      if (isName(matcher)) {
        names.add(matcher);
        positive |= isPositive(matcher);
      }
    }
    if (names.isEmpty()) {
      names.add(LabelMatcher.equal(Labels.METRIC_NAME, DEFAULT_NAME));
    } else if (!positive) {
      names.add(new LabelMatcher(LabelMatcher.Type.REGEX, Labels.METRIC_NAME, ".+_info"));
    }
    return names;
  }

  private static boolean isName(LabelMatcher matcher) {
    return matcher.name().equals(Labels.METRIC_NAME);
  }

  private static boolean isPositive(LabelMatcher matcher) {
    return matcher.type() == LabelMatcher.Type.EQUAL || matcher.type() == LabelMatcher.Type.REGEX;
  }

  private boolean isInfo(Labels labels) {
    return nameMatchers().stream().allMatch(matcher -> matcher.matches(labels));
  }

  private Map<Labels, List<Series>> infos(Evaluation evaluation, Steps steps) {
    List<LabelMatcher> selected = nameMatchers();
    matchers.stream().filter(matcher -> !isName(matcher)).forEach(selected::add);
    Map<Labels, List<Series>> values = read(evaluation, steps, selected, false);
    Map<Labels, List<Series>> times = read(evaluation, steps, selected, true);
    values.forEach((signature, series) -> keepNewest(series, times.get(signature)));
    return values;
  }

  private Map<Labels, List<Series>> read(
      Evaluation evaluation, Steps steps, List<LabelMatcher> selected, boolean times) {
    SelectOp select =
        new SelectOp(
            selected,
            reading.lookbackMillis(),
            reading.offsetMillis(),
            reading.fixedMillis(),
            times ? Shown.TIME : Shown.VALUE,
            false,
            reading.where());
    Map<Labels, List<Series>> bySignature = new HashMap<>();
    for (Series series : select.all(evaluation, steps)) {
      if (Points.any(series.histograms())) {
        throw Evaluation.failed(
            "info metric %s has histograms, only floats are info".formatted(series.labels()));
      }
      bySignature
          .computeIfAbsent(SIGNATURE.of(series.labels()), _ -> new ArrayList<>())
          .add(series);
    }
    return bySignature;
  }

  /** Of several series of one info metric only the one sampled last counts at each step. */
  private static void keepNewest(List<Series> series, @Nullable List<Series> times) {
    if (times == null) {
      return;
    }
    for (int i = 0; i < series.size(); i++) {
      for (int j = 0; j < series.size(); j++) {
        boolean sameMetric =
            series.get(i).labels().metricName().equals(series.get(j).labels().metricName());
        if (i != j && sameMetric) {
          dropOlder(series.get(i), times.get(i).values(), times.get(j).values());
        }
      }
    }
  }

  private static void dropOlder(Series series, double[] own, double[] other) {
    for (int step = 0; step < own.length; step++) {
      if (Points.isPresent(own[step]) && Points.isPresent(other[step])) {
        if (own[step] < other[step]) {
          series.values()[step] = Points.NONE;
        } else if (own[step] == other[step]) {
          throw Evaluation.failed(
              "found duplicate series for info metric: %s".formatted(series.labels()));
        }
      }
    }
  }

  /** One result for each set of labels that the series has over time. */
  private List<Series> enrich(Series series, List<Series> infos) {
    int steps = series.values().length;
    boolean required =
        matchers.stream().anyMatch(matcher -> !isName(matcher) && !matcher.matchesEmpty());
    Map<Labels, PointColumn> columns = new TreeMap<>();
    for (int step = 0; step < steps; step++) {
      if (!series.isPresent(step)) {
        continue;
      }
      List<Series> present = new ArrayList<>();
      for (Series info : infos) {
        if (Points.isPresent(info.values()[step])) {
          present.add(info);
        }
      }
      if (!present.isEmpty() || !required) {
        copy(
            series,
            step,
            columns.computeIfAbsent(labels(series.labels(), present), _ -> PointColumn.of(steps)));
      }
    }
    List<Series> results = new ArrayList<>();
    columns.forEach(
        (labels, column) ->
            results.add(
                new Series(labels, series.nameDropped(), column.values(), column.histograms())));
    return results;
  }

  private static void copy(Series series, int step, PointColumn column) {
    Histogram histogram = series.histogram(step);
    if (histogram == null) {
      column.set(step, series.values()[step]);
    } else {
      column.set(step, histogram);
    }
  }

  private Labels labels(Labels base, List<Series> infos) {
    if (infos.isEmpty()) {
      return base;
    }
    Set<String> wanted = new HashSet<>();
    matchers.stream().filter(matcher -> !isName(matcher)).forEach(m -> wanted.add(m.name()));
    Map<String, String> added = new HashMap<>();
    for (Series info : infos) {
      for (Label label : info.labels()) {
        String name = label.name();
        boolean data =
            !name.equals(Labels.METRIC_NAME)
                && !IDENTIFYING.contains(name)
                && (wanted.isEmpty() || wanted.contains(name));
        if (data && !base.has(name)) {
          String before = added.putIfAbsent(name, label.value());
          if (before != null && !before.equals(label.value())) {
            throw Evaluation.failed("conflicting label: " + name);
          }
        }
      }
    }
    Labels.Builder labels = base.toBuilder();
    added.forEach(labels::set);
    return labels.build();
  }
}
