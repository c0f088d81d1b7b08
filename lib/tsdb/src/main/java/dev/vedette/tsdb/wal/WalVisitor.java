package dev.vedette.tsdb.wal;

import dev.vedette.model.Histogram;
import dev.vedette.model.MetricMetadata;
import dev.vedette.model.TenantId;

/**
 * Receives what a log holds, in the order in which it was appended. One thread.
 *
 * <p>Where a record was damaged, samples may come whose series never did: a visitor leaves out
 * samples of a ref it has not been told of. Records may come twice when a write failed half-way;
 * the second means nothing new.
 */
public interface WalVisitor {
  /** A series and its label bytes, {@code from} to {@code to}, valid during the call only. */
  void series(int ref, TenantId tenant, byte[] bytes, int from, int to);

  /** One sample; NaN payloads as they were written. */
  void sample(int ref, long timestampMillis, long valueBits);

  /** One sample that was written with a start timestamp, 0 where it has none. */
  void sample(int ref, long timestampMillis, long valueBits, long startMillis);

  /** One histogram sample; a start timestamp of 0 is none. */
  void histogram(int ref, long timestampMillis, Histogram histogram, long startMillis);

  /**
   * A histogram sample that cannot be known, as it was written as the change of one in a damaged
   * record.
   */
  default void lostHistogram(int ref, long timestampMillis) {}

  /** An exemplar of a series; its labels as {@code LabelBytes}, to be kept. */
  default void exemplar(int ref, long timestampMillis, long valueBits, byte[] labels) {}

  /** The newest sample of a series, which is in a block as all of its samples are. */
  default void newest(int ref, long timestampMillis, long valueBits) {}

  /** What a sender said of a metric family; the last word counts. */
  void metadata(TenantId tenant, MetricMetadata family);

  /** A part of a file that could not be read; what follows it comes next. */
  default void damage(WalDamage damage) {}
}
