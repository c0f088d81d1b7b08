package dev.vedette.testkit.oracle;

import dev.vedette.model.Label;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** {@code info()}: labels that {@code target_info} has of the same instance and job. */
final class OracleInfo {
  private static final Set<String> IDENTITY = Set.of("instance", "job");

  private OracleInfo() {}

  /**
   * Adds labels to the series of a selector, whose times the info is looked up for.
   *
   * @param wanted of the info's labels, which alone are added then; empty where all are
   */
  static OracleVector add(
      OracleData data,
      Selector selector,
      List<LabelMatcher> matchers,
      List<LabelMatcher> wanted,
      long lookbackMillis) {
    OracleVector base = OracleVector.select(data, selector, matchers, lookbackMillis);
    List<LabelMatcher> ofInfo = new ArrayList<>(wanted);
    ofInfo.add(LabelMatcher.equal(Labels.METRIC_NAME, "target_info"));
    boolean required = wanted.stream().anyMatch(matcher -> !matcher.matchesEmpty());
    Set<String> names = wanted.stream().map(LabelMatcher::name).collect(Collectors.toSet());
    String list =
        wanted.stream().map(LabelMatcher::toString).collect(Collectors.joining(",", ", {", "}"));
    return new OracleVector(
        "info(%s%s)".formatted(selector.text(), wanted.isEmpty() ? "" : list),
        millis -> {
          Map<Labels, Point> infos = data.newest(ofInfo, lookbackMillis, selector.end(millis));
          Map<Labels, Double> result = new TreeMap<>();
          base.at(millis)
              .forEach(
                  (labels, value) -> {
                    Optional<Labels> info = newest(infos, labels.only(IDENTITY));
                    if (info.isPresent() || !required) {
                      OracleVector.put(
                          result, with(labels, info.orElse(Labels.EMPTY), names), value);
                    }
                  });
          return result;
        });
  }

  private static Optional<Labels> newest(Map<Labels, Point> infos, Labels identity) {
    Labels newest = null;
    long at = Long.MIN_VALUE;
    for (Map.Entry<Labels, Point> info : infos.entrySet()) {
      if (info.getKey().only(IDENTITY).equals(identity) && info.getValue().millis() > at) {
        newest = info.getKey();
        at = info.getValue().millis();
      }
    }
    return Optional.ofNullable(newest);
  }

  /** What a series has itself stays. */
  private static Labels with(Labels labels, Labels info, Set<String> names) {
    Labels result = labels;
    for (Label label : info) {
      boolean counts = names.isEmpty() || names.contains(label.name());
      boolean isData = !IDENTITY.contains(label.name()) && !label.name().equals(Labels.METRIC_NAME);
      if (counts && isData && !labels.has(label.name())) {
        result = OracleVector.with(result, label.name(), label.value());
      }
    }
    return result;
  }
}
