package dev.vedette.promql.exec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.promql.numbers.KahanSum;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class CompensatedSumsTest {
  private static final int STEPS = 24;

  @Test
  void everyStepIsTheCompensatedSumOfItsPointsToTheBit() {
    long seed = Long.getLong("seed", 1);
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < 2_000; round++) {
      List<double[]> columns = columns(random);
      CompensatedSums sums = new CompensatedSums(STEPS);
      columns.forEach(sums::add);
      double[] found = sums.finish();
      for (int step = 0; step < STEPS; step++) {
        assertThat(bits(found[step]))
            .as("-Dseed=%d round %d step %d", seed, round, step)
            .isEqualTo(bits(plain(columns, step)));
      }
    }
  }

  /** Of what is no number, processors choose the sign as they like. */
  private static long bits(double value) {
    return Points.isNone(value)
        ? Double.doubleToRawLongBits(value)
        : Double.doubleToLongBits(value);
  }

  /** One after the other, as the sum is defined. */
  private static double plain(List<double[]> columns, int step) {
    KahanSum sum = new KahanSum();
    boolean any = false;
    for (double[] column : columns) {
      if (Points.isPresent(column[step])) {
        if (any) {
          sum.add(column[step]);
        } else {
          sum.set(column[step], 0);
        }
        any = true;
      }
    }
    return any ? sum.value() : Points.NONE;
  }

  private static List<double[]> columns(SplittableRandom random) {
    boolean wild = random.nextInt(4) == 0;
    boolean gaps = random.nextInt(3) == 0;
    List<double[]> columns = new ArrayList<>();
    int count = 1 + random.nextInt(12);
    for (int i = 0; i < count; i++) {
      double[] column = new double[STEPS];
      Arrays.fill(column, Points.NONE);
      int from = random.nextInt(3) == 0 ? random.nextInt(STEPS) : 0;
      int to = random.nextInt(3) == 0 ? random.nextInt(STEPS + 1) : STEPS;
      for (int step = from; step < to; step++) {
        if (!gaps || random.nextInt(5) > 0) {
          column[step] = value(random, wild && random.nextInt(6) == 0);
        }
      }
      columns.add(column);
    }
    return columns;
  }

  private static double value(SplittableRandom random, boolean wild) {
    if (wild) {
      double[] wildest = {
        Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.MAX_VALUE, 1e300
      };
      return wildest[random.nextInt(wildest.length)];
    }
    return switch (random.nextInt(5)) {
      case 0 -> random.nextInt(100);
      case 1 -> -0.0;
      case 2 -> (random.nextDouble() - 0.5) * Math.pow(10, random.nextInt(-300, 289));
      case 3 -> Double.MIN_VALUE * random.nextInt(-5, 5);
      default -> random.nextDouble();
    };
  }
}
