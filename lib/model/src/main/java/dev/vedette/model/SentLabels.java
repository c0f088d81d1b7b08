package dev.vedette.model;

import java.util.Arrays;

/**
 * A label set as a sender gives it: names and values one after another, in any order, to be checked
 * and sorted. For one set; not thread-safe.
 */
public final class SentLabels {
  private String[] pairs = new String[32];
  private int used;

  /**
   * Adds a label; one with an empty value is left out, as everywhere. Senders mostly send labels
   * sorted, and then this only compares and adds.
   *
   * @throws InvalidRequest ({@code invalid-labels}) where the name is empty or was there already
   */
  public void add(String name, String value) {
    if (name.isEmpty()) {
      throw invalid(
          "a label has an empty name (its value is \"%s\")".formatted(value), "name every label");
    }
    int to = used;
    while (to > 0) {
      int order = Utf8.compare(pairs[to - 2], name);
      if (order == 0) {
        throw invalid(
            "label name \"%s\" comes twice in one series%s".formatted(name, ofMetric()),
            "send each label name once");
      }
      if (order < 0) {
        break;
      }
      to -= 2;
    }
    if (!value.isEmpty()) {
      insert(to, name, value);
    }
  }

  private void insert(int at, String name, String value) {
    if (used + 2 > pairs.length) {
      pairs = Arrays.copyOf(pairs, pairs.length * 2);
    }
    System.arraycopy(pairs, at, pairs, at + 2, used - at);
    pairs[at] = name;
    pairs[at + 1] = value;
    used += 2;
  }

  private String ofMetric() {
    for (int i = 0; i < used; i += 2) {
      if (pairs[i].equals(Labels.METRIC_NAME)) {
        return " of metric " + pairs[i + 1];
      }
    }
    return "";
  }

  /** The labels of an exemplar or of anything else that needs no name. */
  public Labels labels() {
    return Labels.ofSorted(Arrays.copyOf(pairs, used));
  }

  /**
   * The labels of a series.
   *
   * @throws InvalidRequest ({@code invalid-labels}) where no metric name is left
   */
  public Labels ofSeries() {
    Labels labels = labels();
    if (!labels.has(Labels.METRIC_NAME)) {
      throw invalid("series %s has no metric name".formatted(labels), "set the label __name__");
    }
    return labels;
  }

  static InvalidRequest invalid(String message, String wayOut) {
    return new InvalidRequest(ErrorId.INVALID_LABELS, message, wayOut);
  }
}
