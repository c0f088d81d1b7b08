package dev.vedette.promql.parse;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vedette.model.InvalidRequest;
import dev.vedette.promql.script.SeriesLine;
import java.util.ArrayList;
import java.util.List;

/** Cases of the series lines of test scripts. */
final class SeriesCases {
  private SeriesCases() {}

  static String difference(JsonNode item) {
    return switch (item.get("kind").asText()) {
      case "series_desc" -> series(item);
      case "histogram_series" -> HistogramCases.series(item);
      case "histogram_format" -> HistogramCases.format(item);
      case "lex" -> HistogramCases.lex(item);
      default -> "no such kind: " + item.get("kind").asText();
    };
  }

  private static String series(JsonNode item) {
    boolean shouldFail = item.get("should_fail").asBoolean();
    SeriesLine line;
    try {
      line = SeriesLine.parse(item.get("input").asText());
    } catch (InvalidRequest e) {
      String wanted = item.path("error_substring").asText("");
      return shouldFail && String.valueOf(e.getMessage()).contains(wanted) ? "" : e.toString();
    }
    if (shouldFail) {
      return "read as " + line;
    }
    List<String> labels = new ArrayList<>();
    line.labels().forEach(label -> labels.add(label.name() + "=" + label.value()));
    List<String> wanted = new ArrayList<>();
    item.get("expected_labels")
        .properties()
        .forEach(label -> wanted.add(label.getKey() + "=" + label.getValue().asText()));
    wanted.sort(null);
    if (!wanted.equals(labels)) {
      return "expected %s but was %s".formatted(wanted, labels);
    }
    List<String> values = new ArrayList<>();
    for (SeriesLine.Item each : line.items()) {
      values.add(each instanceof SeriesLine.Item.Value value ? "" + value.value() : "_");
    }
    List<String> wantedValues = new ArrayList<>();
    item.get("expected_values")
        .forEach(
            value -> wantedValues.add(value.isNumber() ? "" + value.asDouble() : value.asText()));
    return wantedValues.equals(values)
        ? ""
        : "expected %s but was %s".formatted(wantedValues, values);
  }
}
