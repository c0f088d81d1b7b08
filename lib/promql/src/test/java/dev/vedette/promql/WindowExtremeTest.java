package dev.vedette.promql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.Labels;
import dev.vedette.model.TenantId;
import dev.vedette.model.Ticker;
import dev.vedette.promql.QueryResult.Column;
import dev.vedette.promql.QueryResult.Matrix;
import dev.vedette.testkit.InMemorySeries;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The extremes of windows, overlapping or not, are those of their samples one after the other. */
class WindowExtremeTest {
  private static final TenantId TENANT = TenantId.DEFAULT;
  private static final int ROUNDS = 300;
  private static final long START = 1_760_000_400_000L;
  // Values that are equal or have no order are what it is about; NaN comes with two payloads.
  private static final double[] VALUES = {
    0.0,
    -0.0,
    1,
    2,
    3,
    -1,
    Double.NaN,
    Double.longBitsToDouble(0x7ff8000000000123L),
    Double.POSITIVE_INFINITY,
    Double.NEGATIVE_INFINITY
  };

  private final InMemorySeries store = new InMemorySeries();
  private final PromqlEngine engine =
      new PromqlEngine(EngineConfig.DEFAULT, store, Ticker.system());

  @Test
  void theBestOfAWindowIsTheFirstOfTheBestAndNanOnlyWhereThereIsNothingElse() {
    long seed = Long.getLong("seed", 1);
    System.out.println("WindowExtremeTest seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < ROUNDS; round++) {
      TreeMap<Long, Double> samples = fill(random);
      long range = 1 + random.nextInt(200);
      long step = 1 + random.nextInt(60);
      compare("max", false, samples, range, step);
      compare("min", true, samples, range, step);
    }
  }

  private TreeMap<Long, Double> fill(SplittableRandom random) {
    store.clear();
    TreeMap<Long, Double> samples = new TreeMap<>();
    int most = 1 + random.nextInt(VALUES.length);
    long at = START;
    for (int i = 0; i < 120; i++) {
      at += 1000L * (1 + random.nextInt(random.nextInt(10) == 0 ? 100 : 10));
      samples.put(at, VALUES[random.nextInt(most)]);
    }
    samples.forEach((time, value) -> store.append(TENANT, Labels.of("__name__", "m"), time, value));
    return samples;
  }

  private void compare(
      String name, boolean smallest, TreeMap<Long, Double> samples, long range, long step) {
    String query = "%s_over_time(m[%ds])".formatted(name, range);
    long end = samples.lastKey() + 60_000;
    Matrix matrix =
        (Matrix) engine.range(TENANT, query, START, end, step * 1000, QueryOptions.DEFAULT);
    TreeMap<Long, Long> found = new TreeMap<>();
    for (Column column : matrix.series()) {
      for (int i = 0; i < column.timestamps().length; i++) {
        found.put(column.timestamps()[i], Double.doubleToRawLongBits(column.values()[i]));
      }
    }
    TreeMap<Long, Long> expected = new TreeMap<>();
    for (long at = START; at <= end; at += step * 1000) {
      Double best = null;
      for (double value : samples.subMap(at - range * 1000, false, at, true).values()) {
        if (best == null || Double.isNaN(best) || (smallest ? value < best : value > best)) {
          best = value;
        }
      }
      if (best != null) {
        expected.put(at, Double.doubleToRawLongBits(best));
      }
    }
    assertThat(found).as("%s every %d s", query, step).isEqualTo(expected);
  }
}
