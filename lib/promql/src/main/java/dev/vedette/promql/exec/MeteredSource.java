package dev.vedette.promql.exec;

import dev.vedette.model.BucketColumn;
import dev.vedette.model.CardinalityReport;
import dev.vedette.model.Coverage;
import dev.vedette.model.Histogram;
import dev.vedette.model.Labels;
import dev.vedette.model.MetricMetadata;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.model.SeriesSource;
import dev.vedette.model.TenantId;
import dev.vedette.promql.QueryMemory;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A source whose cursors reserve what they hold: one batch of samples, decoded, and about as much
 * again below. How much that is shows only once it is decoded, so a guess by the selection's range
 * is reserved first, and what is wrong with it put right after each batch. One thread.
 */
public final class MeteredSource implements SeriesSource {
  // Columns of buckets beside the last sample, and the time of the first.
  private static final int COLUMNS = BucketColumn.values().length + 1;
  // A guess: what is scraped comes every so often.
  private static final long MILLIS_PER_SAMPLE = 15_000;
  // Timestamp and value.
  private static final int BYTES_PER_SAMPLE = 16;
  // The batch and what it was decoded from.
  private static final int COPIES = 2;
  private static final long MOST_GUESSED = 16 << 20;

  private final SeriesSource source;
  private final QueryMemory.Reservation memory;

  public MeteredSource(SeriesSource source, QueryMemory.Reservation memory) {
    this.source = source;
    this.memory = memory;
  }

  @Override
  public SeriesCursor select(TenantId tenant, Selection selection) {
    long guess = guess(selection);
    memory.add(guess);
    return new Cursor(source.select(tenant, selection), guess);
  }

  private long guess(Selection selection) {
    double samples =
        ((double) selection.endMillis() - selection.startMillis()) / MILLIS_PER_SAMPLE + 1;
    double bytes = samples * SeriesBatch.CAPACITY * BYTES_PER_SAMPLE * COPIES;
    return (long) Math.min(bytes, Math.min(MOST_GUESSED, memory.room() / 4));
  }

  @Override
  public List<Labels> series(TenantId tenant, Selection selection, int limit) {
    return source.series(tenant, selection, limit);
  }

  @Override
  public List<String> labelNames(TenantId tenant, Selection selection, int limit) {
    return source.labelNames(tenant, selection, limit);
  }

  @Override
  public List<String> labelValues(TenantId tenant, String name, Selection selection, int limit) {
    return source.labelValues(tenant, name, selection, limit);
  }

  @Override
  public List<MetricMetadata> metadata(TenantId tenant) {
    return source.metadata(tenant);
  }

  @Override
  public Coverage coverage(TenantId tenant) {
    return source.coverage(tenant);
  }

  @Override
  public CardinalityReport cardinality(TenantId tenant, int top) {
    return source.cardinality(tenant, top);
  }

  private final class Cursor implements SeriesCursor {
    private final SeriesCursor cursor;
    private long reserved;
    private long largest;

    Cursor(SeriesCursor cursor, long reserved) {
      this.cursor = cursor;
      this.reserved = reserved;
    }

    @Override
    public boolean next(SeriesBatch batch) {
      boolean any = cursor.next(batch);
      // Arrays are used again for the next batch, so it is the largest one that counts.
      largest = Math.max(largest, COPIES * bytes(batch));
      if (largest > reserved) {
        memory.add(largest - reserved);
      } else {
        memory.release(reserved - largest);
      }
      reserved = largest;
      return any;
    }

    @Override
    public void close() {
      cursor.close();
      memory.release(reserved);
      reserved = 0;
    }
  }

  /** Timestamps that neighbours share count once. */
  @SuppressWarnings("ReferenceEquality") // Whether it is the shared array, whatever it holds.
  private static long bytes(SeriesBatch batch) {
    long entries = 0;
    long histogramBytes = 0;
    long[] before = {};
    for (int i = 0; i < batch.count(); i++) {
      @Nullable Histogram[] histograms = batch.histograms(i);
      if (histograms != null) {
        histogramBytes += Evaluation.bytes(histograms, 0, batch.size(i));
      }
      entries += batch.values(i).length;
      if (batch.buckets(i) != null) {
        entries += (long) COLUMNS * batch.size(i);
      }
      if (batch.timestamps(i) != before) {
        before = batch.timestamps(i);
        entries += before.length;
      }
    }
    return entries * Long.BYTES + histogramBytes;
  }
}
