package dev.vedette.promql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.Labels;
import dev.vedette.model.TenantId;
import dev.vedette.model.Ticker;
import dev.vedette.model.VedetteException;
import dev.vedette.promql.parse.Features;
import dev.vedette.promql.parse.Functions;
import dev.vedette.testkit.InMemorySeries;
import dev.vedette.testkit.oracle.OracleError;
import dev.vedette.testkit.oracle.OracleVector;
import dev.vedette.testkit.oracle.QueryFrame;
import dev.vedette.testkit.oracle.RandomQueries;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Random expressions over random samples: the engine says what the oracle says, which works them
 * out one time after the other. {@code -Dseed=…} begins with the seed that was printed, {@code
 * -Dfuzz=10m} goes on for so long.
 */
class DifferentialTest {
  static final EngineConfig WITH_ALL_FEATURES =
      new EngineConfig(
          EngineConfig.DEFAULT.lookback(),
          EngineConfig.DEFAULT.subqueryStep(),
          EngineConfig.DEFAULT.limits(),
          EngineConfig.DEFAULT.timeout(),
          Features.ALL,
          false,
          false);

  private static final TenantId TENANT = TenantId.DEFAULT;
  private static final int ROUNDS = 100;
  private static final int EXPRESSIONS = 20;
  private static final int STEPS = 12;
  private static final double RELATIVE = 1e-8;
  private static final Pattern CALL = Pattern.compile("([a-z0-9_]+) ?\\(");

  // Of samples that say when they began, which these do not; those of histograms are not here
  // either.
  private static final Set<String> NOT_ASKED = Set.of("start_timestamp");

  private final InMemorySeries store = new InMemorySeries();
  private final PromqlEngine engine = new PromqlEngine(WITH_ALL_FEATURES, store, Ticker.system());
  private final Set<String> called = new HashSet<>();

  @Test
  void theEngineSaysWhatTheOracleSays() {
    long seed = Long.getLong("seed", 1);
    Rounds rounds = Rounds.asked(ROUNDS);
    System.out.println("DifferentialTest seed " + seed);
    int answers = 0;
    int errors = 0;
    for (long round = seed; rounds.goOn(); round++) {
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
        QueryFrame frame = new QueryFrame(begin, begin + (STEPS - 1) * step, step);
        if (compare(queries, queries.next(4, frame), frame, "seed " + round)) {
          answers++;
        } else {
          errors++;
        }
      }
    }
    System.out.println("%d answers and %d errors compared".formatted(answers, errors));
    // Where most had none, not much would be compared.
    assertThat(answers).isGreaterThan(errors);
    Set<String> missed = new TreeSet<>(Functions.all().keySet());
    missed.removeIf(name -> name.startsWith("histogram_") || NOT_ASKED.contains(name));
    missed.removeAll(called);
    assertThat(missed).as("functions that no expression has").isEmpty();
  }

  /** Returns false where neither has an answer. */
  private boolean compare(
      RandomQueries queries, OracleVector query, QueryFrame frame, String seed) {
    long begin = frame.startMillis();
    long step = frame.stepMillis();
    String where = "%s, from %d by %d: %s".formatted(seed, begin, step, query.text());
    CALL.matcher(query.text()).results().forEach(call -> called.add(call.group(1)));
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
                  TENANT, query.text(), begin, frame.endMillis(), step, QueryOptions.DEFAULT);
    } catch (VedetteException e) {
      // A subquery is worked out between windows, too.
      assertThat(noAnswer != null || queries.mayFailBetween(frame))
          .as("%s: %s", where, e.getMessage())
          .isTrue();
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
