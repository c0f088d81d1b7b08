package dev.vedette.ui;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.promql.parse.AggregationOp;
import dev.vedette.promql.parse.Functions;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The words that the editor knows are those of the language. */
class WordsTest {
  private static final Pattern ENTRY = Pattern.compile("(?m)^  (\\w+): \\[");

  private static List<String> names(String table) {
    String words = Assets.load().text("js/promql/words.js");
    int from = words.indexOf("export const " + table);
    return ENTRY
        .matcher(words.substring(from, words.indexOf("};", from)))
        .results()
        .map(entry -> entry.group(1))
        .toList();
  }

  @Test
  void everyFunctionIsExplained() {
    assertThat(names("FUNCTIONS"))
        .doesNotHaveDuplicates()
        .containsExactlyInAnyOrderElementsOf(Functions.all().keySet());
  }

  @Test
  void everyAggregationIsExplained() {
    assertThat(names("AGGREGATIONS"))
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(AggregationOp.values()).map(AggregationOp::text).toList());
  }
}
