package dev.vedette.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class FineBucketsTest {
  @Test
  void neighboursAreAddedUpSchemaBySchema() {
    long seed = Long.getLong("seed", 1);
    System.out.println("FineBucketsTest seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < 300; round++) {
      int schema = 9 + random.nextInt(44);
      TreeMap<Integer, Long> fine = new TreeMap<>();
      int around = random.nextInt() >> random.nextInt(31);
      for (int i = random.nextInt(30); i > 0; i--) {
        fine.put(
            Math.clamp((long) around + random.nextInt(40), -2_000_000_000, 2_000_000_000), 7L * i);
      }
      TreeMap<Integer, Long> expected = fine;
      for (int at = schema; at > HistogramLayout.MAX_SCHEMA; at--) {
        expected = coarser(expected);
      }

      long[] counts = counts(fine);
      FineBuckets buckets = FineBuckets.of("positive", spans(fine), counts.length, schema);

      assertThat(buckets.spans()).isEqualTo(spans(expected));
      assertThat(buckets.sums(counts)).isEqualTo(counts(expected));
      assertThat(buckets.sums(doubles(counts))).isEqualTo(doubles(counts(expected)));
    }
  }

  /** By the definition: bucket i of a schema is made of 2i−1 and 2i of the next finer one. */
  private static TreeMap<Integer, Long> coarser(TreeMap<Integer, Long> fine) {
    TreeMap<Integer, Long> coarse = new TreeMap<>();
    fine.forEach((index, count) -> coarse.merge(Math.ceilDiv(index, 2), count, Long::sum));
    return coarse;
  }

  @Test
  void spansOfMoreBucketsThanThereAreCountsAreRefusedBeforeTheyAreLaidOut() {
    BucketSpans huge = BucketSpans.of(0, Integer.MAX_VALUE);

    assertThatThrownBy(() -> FineBuckets.of("negative", huge, 1, 20))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("negative side has spans of 2147483647 buckets and counts of 1");
  }

  @Test
  void countsThatNoNumberHoldsAreRefused() {
    FineBuckets buckets = FineBuckets.of("positive", BucketSpans.of(1, 4), 4, 10);
    long quarter = 1L << 62;

    assertThatThrownBy(() -> buckets.sums(new long[] {quarter, quarter, quarter, quarter}))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("bucket 1 of counts that are negative or beyond 63 bits");
  }

  private static BucketSpans spans(TreeMap<Integer, Long> buckets) {
    int[] indexes = buckets.keySet().stream().mapToInt(Integer::intValue).toArray();
    return BucketSpans.ofIndexes(indexes, indexes.length);
  }

  private static long[] counts(TreeMap<Integer, Long> buckets) {
    return buckets.values().stream().mapToLong(Long::longValue).toArray();
  }

  private static double[] doubles(long[] counts) {
    double[] doubles = new double[counts.length];
    for (int i = 0; i < counts.length; i++) {
      doubles[i] = counts[i];
    }
    return doubles;
  }
}
