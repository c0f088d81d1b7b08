package dev.vedette.model;

/**
 * One side of a histogram whose schema is finer than what is kept, with the buckets added up that
 * fall into the same one of the finest schema that is. From a schema to the next coarser one,
 * bucket {@code i} takes in the buckets {@code 2i−1} and {@code 2i}.
 */
public final class FineBuckets {
  /** The finest schema histograms are taken in with; its bounds are as near as doubles can be. */
  public static final int MAX_SCHEMA = 52;

  // An index of 32 bits is 0 or 1 after as many schemas.
  private static final int INDEX_BITS = 31;

  // For each fine bucket the index of the kept one, ascending.
  private final int[] kept;
  private final int distinct;

  private FineBuckets(int[] kept, int distinct) {
    this.kept = kept;
    this.distinct = distinct;
  }

  /**
   * The buckets of one side; O(buckets).
   *
   * @param side {@code positive} or {@code negative}, for the error
   * @param counts how many counts there are for them
   * @throws InvalidRequest ({@code invalid-histogram}) where that is not one for each bucket
   */
  public static FineBuckets of(String side, BucketSpans fine, int counts, int schema) {
    HistogramChecks.checkSize(side, fine, counts);
    int schemas = Math.min(schema - HistogramLayout.MAX_SCHEMA, INDEX_BITS);
    int[] kept = fine.indexes();
    int distinct = 0;
    for (int i = 0; i < kept.length; i++) {
      kept[i] = (int) ((((long) kept[i] - 1) >> schemas) + 1);
      distinct += i == 0 || kept[i] != kept[i - 1] ? 1 : 0;
    }
    return new FineBuckets(kept, distinct);
  }

  /** The buckets that are kept. */
  public BucketSpans spans() {
    int[] indexes = new int[distinct];
    int last = -1;
    for (int i = 0; i < kept.length; i++) {
      last += isNext(i) ? 1 : 0;
      indexes[last] = kept[i];
    }
    return BucketSpans.ofIndexes(indexes, distinct);
  }

  /**
   * Their counts, from those of the fine ones.
   *
   * @throws InvalidRequest ({@code invalid-histogram}) where one is negative, or a sum beyond 63
   *     bits
   */
  public long[] sums(long[] counts) {
    long[] sums = new long[distinct];
    int last = -1;
    for (int i = 0; i < kept.length; i++) {
      last += isNext(i) ? 1 : 0;
      if (counts[i] < 0 || counts[i] > Long.MAX_VALUE - sums[last]) {
        throw HistogramChecks.invalid(
            "bucket %d of counts that are negative or beyond 63 bits".formatted(kept[i]));
      }
      sums[last] += counts[i];
    }
    return sums;
  }

  /** The same of a float histogram. */
  public double[] sums(double[] counts) {
    double[] sums = new double[distinct];
    int last = -1;
    for (int i = 0; i < kept.length; i++) {
      last += isNext(i) ? 1 : 0;
      sums[last] += counts[i];
    }
    return sums;
  }

  private boolean isNext(int bucket) {
    return bucket == 0 || kept[bucket] != kept[bucket - 1];
  }
}
