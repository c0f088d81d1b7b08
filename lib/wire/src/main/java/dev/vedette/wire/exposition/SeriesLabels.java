package dev.vedette.wire.exposition;

import dev.vedette.model.Label;
import dev.vedette.model.Labels;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The labels a series has of its own, checked, and how they go together with its target's. */
final class SeriesLabels {
  private static final String EXPORTED = "exported_";

  private final ExpositionParser parser;
  // An empty value stays here: with honored labels it keeps the target's label away.
  private final Map<String, String> own = new LinkedHashMap<>();

  SeriesLabels(ExpositionParser parser) {
    this.parser = parser;
  }

  /** Adds a label that stands at an offset of the body. */
  void put(String name, String value, int offset) {
    if (name.isEmpty()) {
      throw parser.invalid(offset, "a label has an empty name");
    }
    if (name.equals(Labels.METRIC_NAME) && value.isEmpty()) {
      throw parser.invalid(offset, "the metric name is empty");
    }
    if (own.putIfAbsent(name, value) != null) {
      throw parser.invalid(offset, "label name \"%s\" comes twice in one series".formatted(name));
    }
  }

  Labels with(Labels target, boolean honorLabels) {
    Labels.Builder labels = new Labels.Builder();
    own.forEach(labels::set);
    List<String> displaced = new ArrayList<>();
    for (Label label : target) {
      String mine = own.get(label.name());
      if (mine == null || !honorLabels) {
        labels.set(label.name(), label.value());
      }
      if (mine != null && !mine.isEmpty() && !honorLabels) {
        displaced.add(label.name());
      }
    }
    keepDisplaced(labels, displaced);
    return labels.build();
  }

  /** Shorter names first, so that {@code exported_a} moves out of the way of {@code a}'s. */
  private void keepDisplaced(Labels.Builder labels, List<String> displaced) {
    displaced.sort(Comparator.comparingInt(String::length));
    for (String name : displaced) {
      String free = EXPORTED + name;
      while (!labels.get(free).isEmpty()) {
        free = EXPORTED + free;
      }
      labels.set(free, own.getOrDefault(name, ""));
    }
  }
}
