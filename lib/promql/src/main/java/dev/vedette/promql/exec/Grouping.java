package dev.vedette.promql.exec;

import dev.vedette.model.Labels;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which labels of a series make its group or its match.
 *
 * @param keep whether {@code names} are the labels that count, or the ones that do not
 */
public record Grouping(Set<String> names, boolean keep) {
  /** Every series by itself. */
  public static final Grouping ALL = new Grouping(Set.of(), false);

  public Grouping {
    names = Set.copyOf(names);
  }

  /** {@code by (…)} and {@code on (…)}. */
  public static Grouping by(List<String> names) {
    return new Grouping(new HashSet<>(names), true);
  }

  /** {@code without (…)} and {@code ignoring (…)}; the metric name never counts. */
  public static Grouping without(List<String> names) {
    Set<String> all = new HashSet<>(names);
    all.add(Labels.METRIC_NAME);
    return new Grouping(all, false);
  }

  public Labels of(Labels labels) {
    if (keep) {
      return names.isEmpty() ? Labels.EMPTY : labels.only(names);
    }
    return labels.without(names);
  }
}
