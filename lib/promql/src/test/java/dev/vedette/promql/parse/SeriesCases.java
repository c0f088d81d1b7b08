package dev.vedette.promql.parse;

import com.fasterxml.jackson.databind.JsonNode;

/** Cases of the series lines of test scripts. */
final class SeriesCases {
  private SeriesCases() {}

  static String difference(JsonNode item) {
    return "series lines are not compared yet: " + item.get("kind").asText();
  }
}
