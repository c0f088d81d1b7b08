package dev.vedette.promql.exec;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ExactSumsTest {
  private static final int STEPS = 24;

  @Test
  void everyStepIsTheSumOfItsPointsRoundedOnce() {
    long seed = Long.getLong("seed", 1);
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < 2_000; round++) {
      List<double[]> columns = columns(random);
      double[] found = sums(columns).sums();
      for (int step = 0; step < STEPS; step++) {
        assertThat(bits(found[step]))
            .as("-Dseed=%d round %d step %d", seed, round, step)
            .isEqualTo(bits(rounded(columns, step)));
      }
    }
  }

  @Test
  void neitherOrderNorPartsMakeADifference() {
    long seed = Long.getLong("seed", 1);
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < 1_000; round++) {
      List<double[]> columns = columns(random);
      double[] whole = sums(columns).sums();
      List<double[]> mixed = new ArrayList<>(columns);
      Collections.shuffle(mixed, new Random(random.nextLong()));
      int cut = random.nextInt(mixed.size() + 1);
      ExactSums together = sums(mixed.subList(0, cut));
      together.add(sums(mixed.subList(cut, mixed.size())).columns());
      double[] found = together.sums();
      for (int step = 0; step < STEPS; step++) {
        assertThat(bits(found[step]))
            .as("-Dseed=%d round %d step %d", seed, round, step)
            .isEqualTo(bits(whole[step]));
      }
    }
  }

  @Test
  void aMeanIsThereWhereOnlyTheSumIsTooLarge() {
    double[] largest = new double[] {Double.MAX_VALUE};
    ExactSums sums = new ExactSums(1, _ -> {});
    for (int i = 0; i < 100; i++) {
      sums.add(largest);
    }
    assertThat(sums.sum(0)).isInfinite();
    assertThat(sums.mean(0, 100)).isEqualTo(Double.MAX_VALUE);
  }

  @Test
  void memoryForSumsOfVeryDifferentSizesIsAskedFor() {
    long[] held = new long[1];
    ExactSums sums = new ExactSums(1, bytes -> held[0] += bytes);
    sums.add(new double[] {1});
    sums.add(new double[] {1e-40});
    assertThat(held[0]).isZero();
    sums.add(new double[] {1e-80});
    sums.add(new double[] {1e-120});
    sums.add(new double[] {1e-160});
    assertThat(held[0]).isPositive();
  }

  private static ExactSums sums(List<double[]> columns) {
    ExactSums sums = new ExactSums(STEPS, _ -> {});
    columns.forEach(sums::add);
    return sums;
  }

  /** Of what is no number, processors choose the sign as they like. */
  private static long bits(double value) {
    return Points.isNone(value)
        ? Double.doubleToRawLongBits(value)
        : Double.doubleToLongBits(value);
  }

  private static double rounded(List<double[]> columns, int step) {
    double special = 0;
    BigDecimal sum = BigDecimal.ZERO;
    boolean any = false;
    for (double[] column : columns) {
      double value = column[step];
      if (Points.isPresent(value)) {
        any = true;
        if (Double.isFinite(value)) {
          sum = sum.add(new BigDecimal(value));
        } else {
          special += value;
        }
      }
    }
    if (!any) {
      return Points.NONE;
    }
    return special != 0 ? special : sum.doubleValue();
  }

  private static List<double[]> columns(SplittableRandom random) {
    boolean wild = random.nextInt(4) == 0;
    boolean gaps = random.nextInt(3) == 0;
    boolean wide = random.nextInt(3) == 0;
    List<double[]> columns = new ArrayList<>();
    int count = 1 + random.nextInt(12);
    for (int i = 0; i < count; i++) {
      double[] column = new double[STEPS];
      Arrays.fill(column, Points.NONE);
      int from = random.nextInt(3) == 0 ? random.nextInt(STEPS) : 0;
      int to = random.nextInt(3) == 0 ? random.nextInt(STEPS + 1) : STEPS;
      for (int step = from; step < to; step++) {
        if (!gaps || random.nextInt(5) > 0) {
          column[step] = value(random, wild && random.nextInt(6) == 0, wide);
        }
      }
      columns.add(column);
    }
    return columns;
  }

  private static double value(SplittableRandom random, boolean wild, boolean wide) {
    if (wild) {
      double[] wildest = {
        Double.NaN,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY,
        Double.MAX_VALUE,
        -Double.MAX_VALUE,
        1e300,
        -1e300
      };
      return wildest[random.nextInt(wildest.length)];
    }
    return switch (random.nextInt(6)) {
      case 0 -> random.nextInt(100);
      case 1 -> -0.0;
      case 2 ->
          (random.nextDouble() - 0.5)
              * Math.pow(10, wide ? random.nextInt(-300, 289) : random.nextInt(-12, 12));
      case 3 -> wide ? Double.MIN_VALUE * random.nextInt(-5, 5) : 0x1p-53;
      // Half-way cases.
      case 4 -> Math.scalb(random.nextInt(-3, 4), random.nextInt(-60, 4));
      default -> random.nextDouble();
    };
  }
}
