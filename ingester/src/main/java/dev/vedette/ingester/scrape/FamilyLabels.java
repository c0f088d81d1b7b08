package dev.vedette.ingester.scrape;

import dev.vedette.model.Labels;
import dev.vedette.model.MetricType;
import dev.vedette.wire.exposition.ExpositionParser;
import dev.vedette.wire.exposition.ExpositionParser.Entry;

/**
 * The labels {@code __type__} and {@code __unit__} of series, from what the page said of their
 * family before them. One page at a time.
 */
final class FamilyLabels {
  private static final String[] SUFFIXES = {
    "", "_total", "_bucket", "_count", "_sum", "_created", "_info", "_gcount", "_gsum"
  };

  private String family = "";
  private MetricType type = MetricType.UNKNOWN;
  private String unit = "";

  /** A page begins. */
  void clear() {
    begin("");
  }

  private void begin(String name) {
    family = name;
    type = MetricType.UNKNOWN;
    unit = "";
  }

  /** Takes note of a line about a family. */
  void note(ExpositionParser parser, Entry entry) {
    if (!parser.family().equals(family)) {
      begin(parser.family());
    }
    switch (entry) {
      case TYPE -> type = parser.type();
      case UNIT -> unit = parser.text();
      case HELP, COMMENT, SERIES, END -> {}
    }
  }

  /**
   * The labels of a series with those of its family, which count more than what the page has under
   * these names. What the page does not tell is not changed.
   *
   * @param name of the series on the page
   */
  Labels added(Labels labels, String name) {
    boolean says = type != MetricType.UNKNOWN || !unit.isEmpty();
    if (!says || !isOfFamily(name)) {
      return labels;
    }
    Labels.Builder builder = labels.toBuilder();
    if (type != MetricType.UNKNOWN) {
      builder.set(Labels.TYPE, type.text());
    }
    if (!unit.isEmpty()) {
      builder.set(Labels.UNIT, unit);
    }
    return builder.build();
  }

  private boolean isOfFamily(String name) {
    if (!name.startsWith(family)) {
      return false;
    }
    String rest = name.substring(family.length());
    for (String suffix : SUFFIXES) {
      if (rest.equals(suffix)) {
        return true;
      }
    }
    return false;
  }
}
