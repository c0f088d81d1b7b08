package dev.vedette.wire.exposition;

import dev.vedette.model.Label;
import dev.vedette.model.Labels;
import dev.vedette.model.MetricType;
import org.jspecify.annotations.Nullable;

/**
 * Finds when a counter, histogram or summary began: OpenMetrics says it in a {@code _created} line
 * anywhere in the family, so the lines after the series are looked at. Only for who asks; found
 * answers are kept for the other series of the same labels, and a family without such lines is
 * looked through once.
 */
final class StartTimes {
  private static final String CREATED = "_created";

  private final OpenMetricsParser ahead = new OpenMetricsParser();
  private @Nullable Labels found;
  private long foundMillis;
  private int noneBefore;

  void reset() {
    found = null;
    noneBefore = 0;
  }

  static boolean mayHaveStart(MetricType type) {
    return type == MetricType.COUNTER || type == MetricType.HISTOGRAM || type == MetricType.SUMMARY;
  }

  /** Start of the series a parser has just read, {@link Long#MIN_VALUE} where none is told. */
  long of(TextualParser parser) {
    if (!mayHaveStart(parser.type())) {
      return Long.MIN_VALUE;
    }
    Labels family = familyOf(parser);
    if (found != null && found.equals(family)) {
      return foundMillis;
    }
    if (parser.at < noneBefore) {
      return Long.MIN_VALUE;
    }
    return search(parser, family);
  }

  private long search(TextualParser parser, Labels family) {
    ahead.continueAt(parser);
    while (ahead.next() == ExpositionParser.Entry.SERIES) {
      Labels labels = familyOf(ahead);
      String name = labels.metricName();
      if (name.endsWith(CREATED)) {
        String of = name.substring(0, name.length() - CREATED.length());
        boolean ours = labels.toBuilder().set(Labels.METRIC_NAME, of).build().equals(family);
        if (ours) {
          found = family;
          foundMillis = OpenMetricsParser.millis(Double.longBitsToDouble(ahead.valueBits()));
        }
        return ours ? foundMillis : Long.MIN_VALUE;
      }
    }
    noneBefore = ahead.at;
    return Long.MIN_VALUE;
  }

  /** Labels that all series of one histogram, summary or counter share, under the family's name. */
  private static Labels familyOf(TextualParser parser) {
    Labels.Builder family = new Labels.Builder();
    for (Label label : parser.labels()) {
      if (!label.name().equals(parser.boundLabel().label())) {
        family.set(label.name(), label.value());
      }
    }
    String name = family.get(Labels.METRIC_NAME);
    for (String suffix : suffixes(parser.type())) {
      if (name.endsWith(suffix)) {
        name = name.substring(0, name.length() - suffix.length());
        break;
      }
    }
    return family.set(Labels.METRIC_NAME, name).build();
  }

  private static String[] suffixes(MetricType type) {
    return switch (type) {
      case COUNTER -> new String[] {"_total"};
      case HISTOGRAM -> new String[] {"_bucket", "_count", "_sum"};
      default -> new String[] {"_count", "_sum"};
    };
  }
}
