package dev.vedette.promql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.Labels;
import dev.vedette.model.TenantId;
import dev.vedette.model.Ticker;
import dev.vedette.model.VedetteException;
import dev.vedette.testkit.InMemorySeries;
import dev.vedette.testkit.oracle.OracleError;
import dev.vedette.testkit.oracle.OracleVector;
import dev.vedette.testkit.oracle.RandomQueries;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Random expressions over random samples: the engine says what the oracle says, which works them
 * out one time after the other. {@code -Dseed=…} begins with the seed that was printed, {@code
 * -Dfuzz=10m} goes on for so long.
 */
class DifferentialTest {
  private static final TenantId TENANT = TenantId.DEFAULT;
  private static final Duration TIME = Duration.ofMillis(1500);
  private static final int EXPRESSIONS = 20;
  private static final int STEPS = 12;
  private static final double RELATIVE = 1e-8;

  private final InMemorySeries store = new InMemorySeries();
  private final PromqlEngine engine =
      new PromqlEngine(EngineConfig.DEFAULT, store, Ticker.system());

  @Test
  void theEngineSaysWhatTheOracleSays() {
    long seed = Long.getLong("seed", 1);
    String fuzz = System.getProperty("fuzz", "");
    long nanos = fuzz.isEmpty() ? TIME.toNanos() : Duration.parse("PT" + fuzz).toNanos();
    System.out.println("DifferentialTest seed " + seed);
    long start = System.nanoTime();
    long answers = 0;
    long errors = 0;
    for (long round = seed; round == seed || System.nanoTime() - start < nanos; round++) {
      SplittableRandom random = new SplittableRandom(round);
      RandomQueries queries = new RandomQueries(random);
      store.clear();
      queries
          .data()
          .forEach(
              (labels, points) ->
                  points.forEach(
                      point -> store.append(TENANT, labels, point.millis(), point.value())));
      for (int i = 0; i < EXPRESSIONS; i++) {
        long step = 1000L * (5 + random.nextInt(100));
        long begin = RandomQueries.START + random.nextInt(600_000);
        if (compare(queries.next(4), begin, step, "seed " + round)) {
          answers++;
        } else {
          errors++;
        }
      }
    }
    System.out.println("%d answers and %d errors compared".formatted(answers, errors));
    assertThat(answers).isPositive();
  }

  /** Returns false where neither has an answer. */
  private boolean compare(OracleVector query, long begin, long step, String seed) {
    String where = "%s, from %d by %d: %s".formatted(seed, begin, step, query.text());
    List<Map<Labels, Double>> expected = new ArrayList<>();
    OracleError noAnswer = null;
    try {
      for (int i = 0; i < STEPS; i++) {
        expected.add(query.at(begin + i * step));
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
                  query.text(),
                  begin,
                  begin + (STEPS - 1) * step,
                  step,
                  QueryOptions.DEFAULT);
    } catch (VedetteException e) {
      // A subquery is worked out between windows, too, where the oracle does not look.
      if (!query.text().matches(".*\\[[0-9]+s:[0-9]+s].*")) {
        assertThat(noAnswer).as("%s: %s", where, e.getMessage()).isNotNull();
      }
      return false;
    }
    assertThat(noAnswer).as("the engine has an answer: %s", where).isNull();
    List<Map<Labels, Double>> found = byStep(result, begin, step);
    for (int i = 0; i < STEPS; i++) {
      assertThat(found.get(i).keySet())
          .as("step %d, %s", i, where)
          .containsExactlyInAnyOrderElementsOf(expected.get(i).keySet());
      for (Map.Entry<Labels, Double> point : expected.get(i).entrySet()) {
        double actual = found.get(i).get(point.getKey());
        assertThat(isClose(point.getValue(), actual))
            .as(
                "%s is %s, not %s, at step %d, %s",
                point.getKey(), actual, point.getValue(), i, where)
            .isTrue();
      }
    }
    return true;
  }

  private static List<Map<Labels, Double>> byStep(
      QueryResult.Matrix result, long begin, long step) {
    List<Map<Labels, Double>> steps = new ArrayList<>();
    for (int i = 0; i < STEPS; i++) {
      steps.add(new TreeMap<>());
    }
    for (QueryResult.Column series : result.series()) {
      for (int i = 0; i < series.timestamps().length; i++) {
        int at = (int) ((series.timestamps()[i] - begin) / step);
        steps.get(at).put(series.labels(), series.values()[i]);
      }
    }
    return steps;
  }

  private static boolean isClose(double expected, double actual) {
    if (Double.isNaN(expected) || Double.isInfinite(expected)) {
      return Double.compare(expected, actual) == 0
          || Double.isNaN(expected) && Double.isNaN(actual);
    }
    double scale = Math.max(1, Math.max(Math.abs(expected), Math.abs(actual)));
    return Math.abs(expected - actual) <= RELATIVE * scale;
  }
}
