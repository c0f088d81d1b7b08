package dev.vedette.promql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.Histogram;
import dev.vedette.model.Labels;
import dev.vedette.model.TenantId;
import dev.vedette.model.Ticker;
import dev.vedette.model.VedetteException;
import dev.vedette.testkit.InMemorySeries;
import dev.vedette.testkit.oracle.OracleError;
import dev.vedette.testkit.oracle.OracleHistogram;
import dev.vedette.testkit.oracle.OracleHistograms;
import dev.vedette.testkit.oracle.OracleVector;
import dev.vedette.testkit.oracle.RandomHistogramQueries;
import dev.vedette.testkit.oracle.RandomQueries;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;

/**
 * Random expressions over random native histograms: the engine says what the oracle says, whose
 * histograms are tables of counts. {@code -Dseed=…} begins with the seed that was printed, {@code
 * -Dfuzz=10m} goes on for so long.
 */
class HistogramDifferentialTest {
  private static final TenantId TENANT = TenantId.DEFAULT;
  private static final int ROUNDS = 30;
  private static final int EXPRESSIONS = 20;
  private static final int STEPS = 8;
  private static final double RELATIVE = 1e-8;

  private final InMemorySeries store = new InMemorySeries();
  private final PromqlEngine engine =
      new PromqlEngine(DifferentialTest.WITH_ALL_FEATURES, store, Ticker.system());

  /** An expression and when it is asked. */
  private record Query(String text, long begin, long step, String seed) {
    @Override
    public String toString() {
      return "%s, from %d by %d: %s".formatted(seed, begin, step, text);
    }
  }

  @Test
  void theEngineSaysWhatTheOracleSays() {
    long seed = Long.getLong("seed", 1);
    Rounds rounds = Rounds.asked(ROUNDS);
    System.out.println("HistogramDifferentialTest seed " + seed);
    int answers = 0;
    int errors = 0;
    long points = 0;
    for (long round = seed; rounds.goOn(); round++) {
      SplittableRandom random = new SplittableRandom(round);
      RandomHistogramQueries queries = new RandomHistogramQueries(random);
      store.clear();
      queries
          .data()
          .forEach(
              (labels, all) ->
                  all.forEach(
                      point ->
                          store.append(
                              TENANT,
                              labels,
                              point.millis(),
                              Objects.requireNonNull(point.histogram()),
                              0)));
      for (int i = 0; i < EXPRESSIONS; i++) {
        long step = 1000L * (5 + random.nextInt(100));
        long begin = RandomQueries.START + random.nextInt(600_000);
        int compared;
        if (random.nextInt(3) == 0) {
          OracleHistograms query = queries.histograms(3);
          compared = compare(new Query(query.text(), begin, step, "seed " + round), query::at);
        } else {
          OracleVector query = queries.numbers(4);
          compared = compare(new Query(query.text(), begin, step, "seed " + round), query::at);
        }
        answers += compared < 0 ? 0 : 1;
        errors += compared < 0 ? 1 : 0;
        points += Math.max(0, compared);
      }
    }
    System.out.println(
        "%d answers with %d points and %d errors compared".formatted(answers, points, errors));
    assertThat(points).isPositive();
    // Where most had none, not much would be compared.
    assertThat(answers).isGreaterThan(errors);
  }

  /** How many points were compared; -1 where neither has an answer. */
  private int compare(Query query, LongFunction<? extends Map<Labels, ?>> oracle) {
    List<Map<Labels, ?>> expected = new ArrayList<>();
    OracleError noAnswer = null;
    try {
      for (int i = 0; i < STEPS; i++) {
        expected.add(oracle.apply(query.begin + i * query.step));
      }
    } catch (OracleError e) {
      noAnswer = e;
    }
    QueryResult.Matrix result;
    try {
      result =
          (QueryResult.Matrix)
              engine.range(
                  TENANT,
                  query.text,
                  query.begin,
                  query.begin + (STEPS - 1) * query.step,
                  query.step,
                  QueryOptions.DEFAULT);
    } catch (VedetteException e) {
      assertThat(noAnswer).as("%s: %s", query, e.getMessage()).isNotNull();
      return -1;
    }
    assertThat(noAnswer).as("the engine has an answer: %s", query).isNull();
    List<Map<Labels, Object>> found = byStep(result, query);
    int points = 0;
    for (int i = 0; i < STEPS; i++) {
      assertThat(found.get(i).keySet())
          .as("step %d, %s", i, query)
          .isEqualTo(expected.get(i).keySet());
      for (Map.Entry<Labels, ?> point : expected.get(i).entrySet()) {
        Object actual = found.get(i).get(point.getKey());
        assertThat(isClose(point.getValue(), actual))
            .as(
                "%s is %s, not %s, at step %d, %s",
                point.getKey(), actual, point.getValue(), i, query)
            .isTrue();
        points++;
      }
    }
    return points;
  }

  private static List<Map<Labels, Object>> byStep(QueryResult.Matrix result, Query query) {
    List<Map<Labels, Object>> steps = new ArrayList<>();
    for (int i = 0; i < STEPS; i++) {
      steps.add(new TreeMap<>());
    }
    for (QueryResult.Column series : result.series()) {
      for (int i = 0; i < series.timestamps().length; i++) {
        int at = (int) ((series.timestamps()[i] - query.begin) / query.step);
        Histogram histogram = series.histograms() == null ? null : series.histograms()[i];
        Object value = histogram == null ? series.values()[i] : OracleHistogram.of(histogram);
        steps.get(at).put(series.labels(), value);
      }
    }
    return steps;
  }

  private static boolean isClose(Object expected, Object actual) {
    if (expected instanceof Double number) {
      return actual instanceof Double found && isClose(number, found, 1);
    }
    return actual instanceof OracleHistogram found && isClose((OracleHistogram) expected, found);
  }

  private static boolean isClose(OracleHistogram expected, OracleHistogram actual) {
    double scale = Math.abs(expected.count());
    return expected.schema() == actual.schema()
        && expected.threshold() == actual.threshold()
        && expected.bounds().equals(actual.bounds())
        && isClose(expected.count(), actual.count(), scale)
        && isClose(expected.sum(), actual.sum(), scale)
        && isClose(expected.zero(), actual.zero(), scale)
        && isClose(expected.positive(), actual.positive(), scale)
        && isClose(expected.negative(), actual.negative(), scale);
  }

  private static boolean isClose(
      Map<Integer, Double> expected, Map<Integer, Double> actual, double scale) {
    Set<Integer> indexes = new HashSet<>(expected.keySet());
    indexes.addAll(actual.keySet());
    return indexes.stream()
        .allMatch(
            index ->
                isClose(expected.getOrDefault(index, 0.0), actual.getOrDefault(index, 0.0), scale));
  }

  private static boolean isClose(double expected, double actual, double scaleOfAll) {
    if (Double.isNaN(expected) || Double.isInfinite(expected)) {
      return Double.compare(expected, actual) == 0
          || Double.isNaN(expected) && Double.isNaN(actual);
    }
    double scale =
        Math.max(Math.max(1, scaleOfAll), Math.max(Math.abs(expected), Math.abs(actual)));
    return Math.abs(expected - actual) <= RELATIVE * scale;
  }
}
