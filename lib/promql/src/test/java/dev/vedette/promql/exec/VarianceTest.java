package dev.vedette.promql.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.vedette.model.partial.PartialState;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VarianceTest {
  private static final MathContext DIGITS = new MathContext(40);

  @Test
  void itIsThatOfTheExactSumsWhateverTheSizesOfPoints() {
    long seed = Long.getLong("seed", 1);
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < 4_000; round++) {
      double[] points = points(random);
      double wanted = exact(points);
      double found = variance(points);
      if (Double.isInfinite(wanted)) {
        assertThat(found).as("-Dseed=%d round %d", seed, round).isEqualTo(wanted);
      } else {
        double most = 4 * Math.ulp(wanted);
        assertThat(found).as("-Dseed=%d round %d", seed, round).isCloseTo(wanted, within(most));
      }
    }
  }

  @Test
  void neitherOrderNorPartsMakeADifference() {
    long seed = Long.getLong("seed", 1);
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < 2_000; round++) {
      double[] points = points(random);
      List<Double> mixed = new ArrayList<>(Arrays.stream(points).boxed().toList());
      Collections.shuffle(mixed, new Random(random.nextLong()));
      int cut = random.nextInt(points.length + 1);
      Variance together = of(doubles(mixed.subList(0, cut)));
      PartialState rest = of(doubles(mixed.subList(cut, mixed.size()))).state();
      together.add(rest);

      assertThat(together.finish()[0])
          .as("-Dseed=%d round %d", seed, round)
          .isEqualTo(variance(points));
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -0.0, 1, 1e-320, 1e-200, 1e-160, 0.1, 1e150, 1e154, -1e200, 1.7e308})
  void equalPointsDoNotDeviateHoweverMany(double value) {
    for (int count : new int[] {1, 2, 3, 1000}) {
      double[] points = new double[count];
      Arrays.fill(points, value);
      assertThat(variance(points)).as("%d points", count).isZero();
    }
  }

  @Test
  void manyLargePointsHaveAnOrdinaryDeviation() {
    double[] points = new double[100_000];
    for (int i = 0; i < points.length; i++) {
      points[i] = i % 2 == 0 ? 1e150 : 3e150;
    }
    assertThat(variance(points)).isCloseTo(1e300, within(1e285));
    assertThat(deviation(points)).isCloseTo(1e150, within(1e135));
  }

  @Test
  void whatIsBeyondTheLargestNumberIsInfinite() {
    assertThat(variance(1.7e308, -1.7e308)).isInfinite();
    assertThat(deviation(1e200, 3e200)).isInfinite();
    assertThat(variance(1e200, 1e200 + 1e190)).isInfinite();
    assertThat(variance(1e154, 3e154)).isCloseTo(1e308, within(1e293));
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
  void ofWhatIsNoFiniteNumberThereIsNone(double value) {
    assertThat(variance(value)).isNaN();
    assertThat(variance(value, value)).isNaN();
    assertThat(variance(1, value, 1e200)).isNaN();
    Variance together = of(1, 2);
    together.add(of(value).state());
    assertThat(together.finish()[0]).isNaN();
  }

  @Test
  void whatIsHandedOverOfHugeSumsIsAFewColumns() {
    double[] points = new double[10_000];
    Arrays.fill(points, Double.MAX_VALUE);
    PartialState state = of(points).state();
    assertThat(state.values().ordinary()).hasSizeLessThan(45);
    assertThat(state.values().large()).hasSize(1);

    Variance together = of(-Double.MAX_VALUE);
    together.add(state);
    assertThat(together.finish()[0]).isInfinite();
  }

  @Test
  void stepsThatTakeLongEndWithTheQuery() {
    int[] checks = new int[1];
    ExactSums.Bounds ended =
        new ExactSums.Bounds() {
          @Override
          public void hold(long bytes) {}

          @Override
          public void check() {
            checks[0]++;
            throw new IllegalStateException("ended");
          }
        };
    double[] column = new double[11_000];
    Arrays.fill(column, 1e200);
    Variance variance = new Variance(column.length, ended, true);
    variance.add(column);

    assertThatThrownBy(variance::finish).hasMessage("ended");
    assertThat(checks[0]).isEqualTo(1);
  }

  @Test
  void memoryForSquaresOfHugeAndTinyPointsIsAskedFor() {
    long[] held = new long[1];
    Variance variance = new Variance(1, bytes -> held[0] += bytes, false);
    variance.add(new double[] {1e100});
    assertThat(held[0]).isZero();
    variance.add(new double[] {1e200});
    long large = held[0];
    assertThat(large).isPositive();
    variance.add(new double[] {1e-200});
    assertThat(held[0]).isGreaterThan(large);
  }

  private static Variance of(double... points) {
    return of(false, points);
  }

  private static Variance of(boolean root, double... points) {
    Variance variance = new Variance(1, _ -> {}, root);
    for (double point : points) {
      variance.add(new double[] {point});
    }
    return variance;
  }

  private static double variance(double... points) {
    return of(points).finish()[0];
  }

  private static double deviation(double... points) {
    return of(true, points).finish()[0];
  }

  private static double[] doubles(List<Double> values) {
    return values.stream().mapToDouble(v -> v).toArray();
  }

  private static double exact(double[] points) {
    BigDecimal sum = BigDecimal.ZERO;
    BigDecimal squares = BigDecimal.ZERO;
    for (double point : points) {
      BigDecimal value = new BigDecimal(point);
      sum = sum.add(value);
      squares = squares.add(value.multiply(value));
    }
    BigDecimal count = BigDecimal.valueOf(points.length);
    return squares
        .multiply(count)
        .subtract(sum.multiply(sum))
        .divide(count.multiply(count), DIGITS)
        .doubleValue();
  }

  private static double[] points(SplittableRandom random) {
    double[] points = new double[1 + random.nextInt(12)];
    int kind = random.nextInt(5);
    for (int i = 0; i < points.length; i++) {
      double near = random.nextDouble() - 0.5;
      points[i] =
          switch (kind) {
            case 0 -> near;
            case 1 -> 1e9 + near;
            case 2 -> Math.scalb(near, random.nextInt(-1080, 1024));
            case 3 -> Math.scalb(near, random.nextInt(478, 484));
            default -> Math.scalb(near, random.nextInt(-484, -476));
          };
    }
    return points;
  }
}
