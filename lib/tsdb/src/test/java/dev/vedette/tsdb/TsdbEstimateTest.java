package dev.vedette.tsdb;

import static dev.vedette.tsdb.TestEngine.HOUR;
import static dev.vedette.tsdb.TestEngine.START;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.BucketColumn;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.model.Selection;
import dev.vedette.model.TenantId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How many series a plan expects, of memory and of blocks. */
class TsdbEstimateTest {
  private static final long DAY = 24 * HOUR;

  private final TestEngine engine = new TestEngine();

  @AfterEach
  void close() {
    engine.close();
  }

  @Test
  void seriesInMemoryAreExpected() {
    fill("m", 40, START);

    assertThat(expected(START, START, name("m"))).isEqualTo(40);
    assertThat(expected(START, START, name("m"), not("i", "7"))).isEqualTo(39);
    assertThat(expected(START, START, name("m"), like("i", "1."))).isEqualTo(10);
    assertThat(expected(START, START, name("other"))).isZero();
    assertThat(expected(START, START, LabelMatcher.equal("nobody_has_it", "x"))).isZero();
  }

  @Test
  void seriesThatAreInBlocksAloneAreExpected() {
    fill("m", 40, START);
    fill("n", 3, START);
    engine.tsdb.flush();
    engine.reopen();

    assertThat(expected(START, START, name("m"))).isEqualTo(40);
    assertThat(expected(0, Long.MAX_VALUE, name("m"))).isEqualTo(40);
    assertThat(expected(START, START, like("__name__", "m|n"))).isEqualTo(43);
    assertThat(expected(START, START, like("i", "1."))).isEqualTo(10);
    assertThat(expected(START, START, not("__name__", "n"))).isEqualTo(40);
    assertThat(expected(START, START, name("other"))).isZero();
  }

  @Test
  void theSameSeriesInMemoryAndInBlocksAreExpectedOnce() {
    fill("m", 40, START);
    engine.tsdb.flush();
    engine.advance(Duration.ofHours(1));
    fill("m", 30, START + HOUR);

    assertThat(expected(START, START + HOUR, name("m"))).isEqualTo(40);
    assertThat(expected(START + HOUR, START + HOUR, name("m"))).isEqualTo(30);
  }

  @Test
  void theBlockWithTheMostOfThemCounts() {
    fill("m", 5, START);
    fill("n", 50, START);
    engine.tsdb.flush();
    engine.advance(Duration.ofDays(2));
    fill("m", 20, START + 2 * DAY);
    engine.tsdb.flush();

    assertThat(expected(START, START + 2 * DAY, name("m"))).isEqualTo(20);
    assertThat(expected(START, START + DAY, name("m"))).isEqualTo(5);
  }

  @Test
  void nothingIsExpectedOfATimeThatHasNoData() {
    fill("m", 40, START);
    assertThat(expected(START + 1, START + HOUR, name("m"))).isZero();
    engine.tsdb.flush();
    engine.advance(Duration.ofDays(2));
    fill("m", 40, START + 2 * DAY);

    assertThat(expected(0, START - 1, name("m"))).isZero();
    assertThat(expected(START + 1, START + 2 * DAY - 1, name("m"))).isZero();
    assertThat(expected(START + 2 * DAY + 1, Long.MAX_VALUE, name("m"))).isZero();
  }

  @Test
  void whatIsDeletedIsNotExpected() {
    fill("m", 40, START);
    engine.tsdb.flush();

    engine.delete(like("i", "1."), 0, Long.MAX_VALUE);

    assertThat(expected(START, START, name("m"))).isEqualTo(30);
  }

  @Test
  void ofManySeriesTheRarestThingThatIsAskedForIsLookedAt() {
    fill("m", 1_200, START);
    fill("rare", 2, START);

    // More than are counted.
    assertThat(expected(START, START, name("m"), not("i", "7"))).isEqualTo(1_200);
    assertThat(expected(START, START, name("m"), like("i", ".+"))).isEqualTo(1_200);
    // The metric has fewer series than the label has values, of which each would be tried.
    assertThat(expected(START, START, name("rare"), like("i", "0|77"))).isEqualTo(1);
    engine.tsdb.flush();
    engine.reopen();
    assertThat(expected(START, START, name("m"), not("i", "7"))).isEqualTo(1_200);
    assertThat(expected(START, START, name("rare"), like("i", "0|77"))).isEqualTo(2);
  }

  @Test
  void bucketsOfATierAreExpectedAsTheirSeriesAre() {
    fill("m", 40, START);
    engine.tsdb.flush();
    engine.reopen();

    Selection buckets =
        new Selection(
            List.of(name("m")), START - HOUR + 1, START, HOUR, Set.of(BucketColumn.COUNT));

    assertThat(engine.tsdb.estimatedSeries(TenantId.DEFAULT, buckets)).hasValue(40);
  }

  @Test
  void thoseOfAnotherTenantAreNot() {
    fill("m", 40, START);
    engine.tsdb.flush();

    Selection all = new Selection(List.of(name("m")), 0, Long.MAX_VALUE);

    assertThat(engine.tsdb.estimatedSeries(new TenantId("other"), all)).hasValue(0);
  }

  @Test
  void inMemoryAFewAreCountedAndInOneBlockItIsNeverTooFew() {
    long first = Long.getLong("seed", 1);
    for (long seed = first; seed < first + 5; seed++) {
      System.out.println("TsdbEstimateTest -Dseed=" + seed);
      SplittableRandom random = new SplittableRandom(seed);
      try (TestEngine one = new TestEngine(seed)) {
        for (int i = 0; i < 100; i++) {
          one.write(randomSeries(random, i), START, i);
        }
        List<Selection> asked = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
          asked.add(new Selection(randomMatchers(random), START, START));
        }

        assertThat(asked)
            .allSatisfy(each -> assertThat(expected(one, each)).isEqualTo(found(one, each)));
        one.tsdb.flush();
        one.reopen();
        assertThat(asked)
            .allSatisfy(each -> assertThat(expected(one, each)).isBetween(found(one, each), 100L));
      }
    }
  }

  private static Labels randomSeries(SplittableRandom random, int i) {
    List<String> labels = new ArrayList<>(List.of("__name__", "m" + random.nextInt(3)));
    labels.addAll(List.of("i", "" + i));
    if (random.nextBoolean()) {
      labels.addAll(List.of("job", "j" + random.nextInt(4)));
    }
    return Labels.of(labels.toArray(String[]::new));
  }

  private static List<LabelMatcher> randomMatchers(SplittableRandom random) {
    String[] names = {"__name__", "i", "job", "absent"};
    String[] values = {"m0", "m1", "5", "j1", "j3", "", "nothing"};
    String[] regexes = {"m.", "m0|m2", "1.*", "j[12]", ".*", ".+", "j1|", "4|40|400"};
    List<LabelMatcher> matchers = new ArrayList<>();
    for (int i = random.nextInt(3); i >= 0; i--) {
      LabelMatcher.Type type = LabelMatcher.Type.values()[random.nextInt(4)];
      boolean isRegex = type == LabelMatcher.Type.REGEX || type == LabelMatcher.Type.NOT_REGEX;
      String[] choice = isRegex ? regexes : values;
      matchers.add(
          new LabelMatcher(
              type, names[random.nextInt(names.length)], choice[random.nextInt(choice.length)]));
    }
    return matchers;
  }

  private static long expected(TestEngine of, Selection selection) {
    return of.tsdb.estimatedSeries(TenantId.DEFAULT, selection).orElseThrow();
  }

  private static long found(TestEngine of, Selection selection) {
    return of.tsdb.series(TenantId.DEFAULT, selection, 0).size();
  }

  private long expected(long start, long end, LabelMatcher... matchers) {
    return expected(engine, new Selection(List.of(matchers), start, end));
  }

  private void fill(String metric, int series, long timestamp) {
    for (int i = 0; i < series; i++) {
      engine.write(Labels.of("__name__", metric, "i", "" + i), timestamp, i);
    }
  }

  private static LabelMatcher name(String metric) {
    return LabelMatcher.equal("__name__", metric);
  }

  private static LabelMatcher not(String label, String value) {
    return new LabelMatcher(LabelMatcher.Type.NOT_EQUAL, label, value);
  }

  private static LabelMatcher like(String label, String regex) {
    return new LabelMatcher(LabelMatcher.Type.REGEX, label, regex);
  }
}
