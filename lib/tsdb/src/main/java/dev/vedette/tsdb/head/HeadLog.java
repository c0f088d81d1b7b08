package dev.vedette.tsdb.head;

import dev.vedette.model.Histogram;
import dev.vedette.model.HistogramSample;
import dev.vedette.model.MetricMetadata;
import dev.vedette.model.TenantId;

/**
 * The log that makes a write durable. The head appends to it while it holds the lock that orders
 * the samples of a series, so a replay meets them in the same order.
 */
public interface HeadLog {
  /** Throws {@link dev.vedette.model.Unavailable} while nothing can be written. */
  void checkWritable();

  /** A new buffer of records; the head keeps and reuses it. */
  Records newRecords();

  /**
   * Adds records to the end of the log, not yet durable. Threads may call at the same time.
   *
   * @return the position to wait for
   * @throws dev.vedette.model.Unavailable where nothing can be written now
   */
  long append(Records records);

  /** The position behind everything appended so far. */
  long end();

  /** Returns once everything before a position is durable; throws as {@link #append}. */
  void awaitDurable(long position);

  /** A buffer of records of one writer. */
  interface Records {
    void clear();

    boolean isEmpty();

    /** A new series with its label bytes. */
    void series(int ref, TenantId tenant, byte[] bytes, int from, int to);

    void sample(int ref, long timestampMillis, long valueBits);

    /** The same with its start timestamp, 0 where it has none. */
    void sample(int ref, long timestampMillis, long valueBits, long startMillis);

    /** A histogram sample; a start timestamp of 0 is none. */
    void histogram(int ref, long timestampMillis, Histogram histogram, long startMillis);

    /**
     * The same as what changed since another sample of the series, the last one that was logged of
     * its histograms, older and of {@link Histogram#hasColumnsOf the same columns}.
     */
    void histogram(int ref, HistogramSample sample, HistogramSample before);

    /** That the newest sample of a series is this one; {@link Long#MIN_VALUE} for none. */
    void newest(int ref, long timestampMillis, long valueBits);

    /** That a series has no newest sample any more: what it had was deleted. */
    default void noNewest(int ref) {
      newest(ref, Long.MIN_VALUE, 0);
    }

    void metadata(TenantId tenant, MetricMetadata family);

    /** An exemplar of a series; its labels as {@code LabelBytes}. */
    void exemplar(int ref, long timestampMillis, long valueBits, byte[] labels);
  }
}
