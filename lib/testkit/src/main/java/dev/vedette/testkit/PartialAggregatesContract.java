package dev.vedette.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.model.SeriesSource;
import dev.vedette.model.SpecialValues;
import dev.vedette.model.TenantId;
import dev.vedette.model.partial.ExactColumns;
import dev.vedette.model.partial.PartialAggregates;
import dev.vedette.model.partial.PartialAnswer;
import dev.vedette.model.partial.PartialCursor;
import dev.vedette.model.partial.PartialGroup;
import dev.vedette.model.partial.PartialRequest;
import dev.vedette.model.partial.PartialSeries;
import dev.vedette.model.partial.Reduction;
import dev.vedette.model.partial.SeriesPoints;
import dev.vedette.model.partial.SeriesPoints.Naming;
import dev.vedette.model.partial.Spending;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * What whoever does aggregations for others does, in this process or over the network. A subclass
 * says what does them over the series of a store.
 */
public abstract class PartialAggregatesContract {
  private static final long STEP = 60_000;
  private static final int STEPS = 5;
  private static final double NONE = Double.longBitsToDouble(SpecialValues.STALE_BITS);
  private static final Spending FREE = (_, _, _) -> {};

  /** Whose data it is; a name of its own for each test where tests share a store. */
  protected TenantId tenant() {
    return TenantId.DEFAULT;
  }

  /** The store with what does aggregations over it, anew for each test. */
  private final InMemorySeries store = new InMemorySeries();

  /** Does aggregations over the series of a source. */
  protected abstract PartialAggregates over(SeriesSource series);

  @Test
  void partsOfASumHaveItForTheirExactSum() {
    SplittableRandom random = new SplittableRandom(Long.getLong("seed", 1));
    BigDecimal[] sums = new BigDecimal[STEPS];
    for (int step = 0; step < STEPS; step++) {
      sums[step] = BigDecimal.ZERO;
      for (int i = 0; i < 200; i++) {
        double value = (random.nextDouble() - 0.5) * Math.pow(10, random.nextInt(-60, 60));
        put("m", i, step, value);
        sums[step] = sums[step].add(new BigDecimal(value));
      }
    }
    PartialGroup group = group(Reduction.SUM);
    for (int step = 0; step < STEPS; step++) {
      assertThat(sum(group.state().values(), step)).isEqualByComparingTo(sums[step]);
    }
  }

  @Test
  void whatAVarianceNeedsIsExactToo() {
    BigDecimal squares = BigDecimal.ZERO;
    for (int i = 0; i < 50; i++) {
      double value = 1e9 + i / 7.0;
      put("m", i, 0, value);
      squares = squares.add(new BigDecimal(value).pow(2));
    }
    PartialGroup group = group(Reduction.STDVAR);
    assertThat(group.state().counts().getFirst()[0]).isEqualTo(50);
    assertThat(sum(group.state().squares(), 0)).isEqualByComparingTo(squares);
  }

  @Test
  void soIsWhatIsBeyondTheLargestNumberOrTiny() {
    BigDecimal sum = BigDecimal.ZERO;
    BigDecimal squares = BigDecimal.ZERO;
    for (int i = 0; i < 60; i++) {
      double value = i % 2 == 0 ? Double.MAX_VALUE / (i + 1) : 1e-300 * i;
      put("m", i, 0, value);
      sum = sum.add(new BigDecimal(value));
      squares = squares.add(new BigDecimal(value).pow(2));
    }
    PartialGroup group = group(Reduction.STDVAR);
    assertThat(sum(group.state().values(), 0)).isEqualByComparingTo(sum);
    assertThat(sum(group.state().squares(), 0)).isEqualByComparingTo(squares);
  }

  @Test
  void stepsWithoutPointsAreMarked() {
    put("m", 1, 1, 7);
    PartialGroup group = group(Reduction.MIN);
    double[] least = group.state().values().ordinary().getFirst();
    assertThat(Double.doubleToRawLongBits(least[0])).isEqualTo(Double.doubleToRawLongBits(NONE));
    assertThat(least[1]).isEqualTo(7);
  }

  @Test
  void groupsNameTheirFirstSeries() {
    put("m", 3, 0, 1);
    put("m", 1, 0, 1);
    PartialGroup group = group(Reduction.COUNT);
    assertThat((Object) group.labels()).isEqualTo(Labels.EMPTY);
    assertThat((Object) group.first()).isEqualTo(labels("m", 1));
    assertThat(group.state().counts().getFirst()[0]).isEqualTo(2);
  }

  @Test
  void theBestSeriesAreHandedOverWithTheirBestValuesAlone() {
    put("m", 1, 0, 5);
    put("m", 1, 1, 5);
    put("m", 2, 0, 9);
    put("m", 2, 1, 1);
    put("m", 3, 0, 2);
    put("m", 3, 1, 3);
    PartialAnswer answer =
        only(request(Reduction.TOPK, points("", List.of(), 1), new int[] {1, 1, 1, 1, 1}));
    assertThat(answer.series().stream().map(PartialSeries::labels))
        .containsExactlyInAnyOrder(labels("m", 1), labels("m", 2));
    for (PartialSeries series : answer.series()) {
      double[] values = Objects.requireNonNull(series.values());
      boolean isFirst = series.labels().equals(labels("m", 1));
      assertThat(values[isFirst ? 1 : 0]).isEqualTo(isFirst ? 5 : 9);
      assertThat(values[isFirst ? 0 : 1]).isNaN();
    }
  }

  @Test
  void histogramsOfSumsAreHandedOverSeriesBySeries() {
    SplittableRandom random = new SplittableRandom(Long.getLong("seed", 1));
    put("m", 1, 0, 1);
    store.append(tenant(), labels("m", 2), 0, new RandomHistograms(random).next(), 0);
    PartialAnswer sum = only(request(Reduction.SUM, points("", List.of(), 1), new int[0]));
    assertThat(sum.series()).singleElement().satisfies(this::isOfSecond);
    PartialAnswer least = only(request(Reduction.MIN, points("", List.of(), 1), new int[0]));
    assertThat(least.series()).isEmpty();
    assertThat(least.notes())
        .singleElement()
        .matches(note -> !note.isWarning() && !note.ofPoints());
    PartialAnswer count = only(request(Reduction.COUNT, points("", List.of(), 1), new int[0]));
    assertThat(count.groups().getFirst().state().counts().getFirst()[0]).isEqualTo(2);
  }

  private void isOfSecond(PartialSeries series) {
    assertThat((Object) series.labels()).isEqualTo(labels("m", 2));
    assertThat(series.values()).isNull();
    assertThat(series.histograms()).isNotNull();
  }

  @Test
  void functionsAreDoneAsTheyAreAsked() {
    put("m", 1, 0, 1);
    put("m", 1, 1, 4);
    SeriesPoints points =
        points("quantile_over_time", List.of(new double[] {0, 0.5, 1, 1, 1}), 2 * STEP);
    double[] largest =
        only(request(Reduction.MAX, points, new int[0]))
            .groups()
            .getFirst()
            .state()
            .values()
            .ordinary()
            .getFirst();
    assertThat(largest[0]).isEqualTo(1);
    assertThat(largest[1]).isEqualTo(2.5);
    assertThat(largest[2]).isEqualTo(4);
  }

  @Test
  void whatNobodyKnowsIsNotDone() {
    PartialRequest request =
        request(Reduction.SUM, points("no_such_function", List.of(), STEP), new int[0]);
    assertThat(over(store).does(request)).isFalse();
  }

  @Test
  void theAskerIsToldWhatIsReadAndMayEndIt() {
    for (int i = 0; i < 500; i++) {
      put("m", i, 0, i);
      put("m", i, 1, i);
    }
    PartialRequest request = request(Reduction.SUM, points("", List.of(), 1), new int[0]);
    long[] told = new long[3];
    answers(
        request,
        (series, samples, bytes) -> {
          told[0] += series;
          told[1] += samples;
          told[2] += bytes;
        });
    assertThat(told).startsWith(500, 1000);
    assertThat(told[2]).isPositive();
    assertThatThrownBy(
            () ->
                answers(
                    request,
                    (series, _, _) -> {
                      if (series > 0) {
                        throw new EnoughException();
                      }
                    }))
        .isInstanceOf(EnoughException.class);
  }

  @Test
  void samplesThatWereLookedAtAreCountedByStep() {
    put("m", 1, 0, 1);
    put("m", 2, 0, 1);
    put("m", 2, 1, 1);
    PartialAnswer answer = only(request(Reduction.SUM, points("", List.of(), 1), new int[0]));
    assertThat(answer.samplesByStep()).containsExactly(2, 1, 0, 0, 0);
  }

  /** The asker has enough. */
  private static final class EnoughException extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  private PartialGroup group(Reduction reduction) {
    PartialAnswer answer = only(request(reduction, points("", List.of(), 1), new int[0]));
    assertThat(answer.groups()).hasSize(1);
    return answer.groups().getFirst();
  }

  private PartialAnswer only(PartialRequest request) {
    List<PartialAnswer> answers = answers(request, FREE);
    assertThat(answers).hasSize(1);
    return answers.getFirst();
  }

  private List<PartialAnswer> answers(PartialRequest request, Spending spending) {
    PartialAggregates partials = over(store);
    assertThat(partials.does(request)).isTrue();
    List<PartialAnswer> answers = new ArrayList<>();
    try (PartialCursor cursor = partials.open(tenant(), request, spending)) {
      for (PartialAnswer each = cursor.next(); each != null; each = cursor.next()) {
        answers.add(each);
      }
    }
    return answers;
  }

  private static BigDecimal sum(ExactColumns columns, int step) {
    BigDecimal scale = BigDecimal.TWO.pow(ExactColumns.POWER);
    return sum(columns.ordinary(), step)
        .add(sum(columns.large(), step).multiply(scale))
        .add(sum(columns.small(), step).divide(scale));
  }

  private static BigDecimal sum(List<double[]> columns, int step) {
    return columns.stream()
        .filter(column -> !Double.isNaN(column[step]))
        .map(column -> new BigDecimal(column[step]))
        .reduce(BigDecimal.ZERO, BigDecimal::add);
  }

  private void put(String name, int series, int step, double value) {
    store.append(tenant(), labels(name, series), step * STEP, value);
  }

  private static Labels labels(String name, int series) {
    return Labels.of("__name__", name, "i", "%03d".formatted(series));
  }

  private static SeriesPoints points(String function, List<double[]> parameters, long window) {
    return new SeriesPoints(
        List.of(LabelMatcher.equal("__name__", "m")),
        window,
        0,
        OptionalLong.empty(),
        function,
        parameters,
        function.isEmpty() ? Naming.KEPT : Naming.DROPPED,
        false,
        false);
  }

  private static PartialRequest request(Reduction reduction, SeriesPoints points, int[] best) {
    return new PartialRequest(
        reduction, best, Set.of(), true, points, 0, (STEPS - 1) * STEP, STEP, true);
  }
}
