package dev.vedette.model;

/**
 * What a tier knows of the samples of a bucket besides the last one. Staleness markers are none.
 *
 * <p>A bucket is one entry, or several where its samples are not of one kind: floats and histograms
 * have entries of their own wherever they change. Histograms are of one kind as long as their
 * layouts differ in nothing but the buckets that there are, all counts are integers or all floats,
 * and either none is less than the one before or all are gauges. So counters of histograms were
 * never reset within an entry.
 */
public enum BucketColumn {
  /** Number of samples. */
  COUNT,
  /** Their sum, compensated within the bucket. */
  SUM,
  /** The least; NaN only where all are. */
  MIN,
  /** The greatest; NaN only where all are. */
  MAX,
  /** Value of the first; its time comes with it. */
  FIRST,
  /**
   * Sum of the values from which a counter fell to a lower one within the bucket, 0 where it never
   * did: the last value less the first, and this, is by how much the counter rose.
   */
  RESETS
}
