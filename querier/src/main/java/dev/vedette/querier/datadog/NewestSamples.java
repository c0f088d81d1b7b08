package dev.vedette.querier.datadog;

import dev.vedette.model.CounterReset;
import dev.vedette.model.Histogram;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.model.SeriesSource;
import dev.vedette.model.SpecialValues;
import dev.vedette.model.TenantId;
import dev.vedette.querier.datadog.StoredNames.Samples;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the newest samples of a selection are, told without reading all of it: back from its end in
 * pieces that begin small, and no further than to the first sample that is no staleness marker. At
 * most a batch of series over {@value #LONGEST_MILLIS} ms is held. One query, one thread.
 *
 * <p>The pages of a block are decoded anew for each piece that meets it, be there nothing of the
 * piece in them. So pieces grow fast, to the point where a batch takes some 20 MB.
 */
final class NewestSamples {
  private static final long LONGEST_MILLIS = 8 * 24 * 3_600_000L;
  private static final int GROWTH = 4;

  private final SeriesSource source;
  private final TenantId tenant;
  private final long firstMillis;
  private final StoredNames.Reads reads;

  /**
   * @param firstMillis length of the piece at the end
   */
  NewestSamples(SeriesSource source, TenantId tenant, long firstMillis, StoredNames.Reads reads) {
    this.source = source;
    this.tenant = tenant;
    this.firstMillis = firstMillis;
    this.reads = reads;
  }

  /** Empty where there is none but markers. */
  Optional<Samples> of(Selection selection) {
    long end = selection.endMillis();
    long length = Math.min(firstMillis, LONGEST_MILLIS);
    while (end >= selection.startMillis()) {
      long start = Math.max(selection.startMillis(), end - length + 1);
      Optional<Samples> found = newest(selection.between(start, end));
      if (found.isPresent()) {
        return found;
      }
      end = start - 1;
      length *= GROWTH;
    }
    return Optional.empty();
  }

  /** Halves what is long, the newer half first, and leaves out what has no series. */
  private Optional<Samples> newest(Selection piece) {
    reads.read(0, 0);
    long length = piece.endMillis() - piece.startMillis() + 1;
    if (length <= LONGEST_MILLIS) {
      return within(piece);
    }
    if (source.series(tenant, piece, 1).isEmpty()) {
      return Optional.empty();
    }
    long middle = piece.startMillis() + length / 2;
    return newest(piece.between(middle, piece.endMillis()))
        .or(() -> newest(piece.between(piece.startMillis(), middle - 1)));
  }

  /** Of the first series in a piece that has any. */
  private Optional<Samples> within(Selection piece) {
    SeriesBatch batch = new SeriesBatch();
    try (SeriesCursor cursor = source.select(tenant, piece, () -> reads.read(0, 0))) {
      boolean any;
      do {
        any = cursor.next(batch);
        count(batch);
        Optional<Samples> found = of(batch);
        if (found.isPresent()) {
          return found;
        }
      } while (any);
      return Optional.empty();
    }
  }

  private void count(SeriesBatch batch) {
    long samples = 0;
    for (int i = 0; i < batch.count(); i++) {
      samples += batch.size(i);
    }
    reads.read(batch.count(), samples);
  }

  private static Optional<Samples> of(SeriesBatch batch) {
    for (int i = 0; i < batch.count(); i++) {
      @Nullable Histogram[] histograms = batch.histograms(i);
      for (int at = batch.size(i) - 1; at >= 0; at--) {
        Histogram histogram = histograms == null ? null : histograms[at];
        if (!SpecialValues.isStale(batch.values(i)[at], histogram)) {
          return Optional.of(of(histogram));
        }
      }
    }
    return Optional.empty();
  }

  private static Samples of(@Nullable Histogram histogram) {
    if (histogram == null) {
      return Samples.NUMBERS;
    }
    return histogram.reset() == CounterReset.GAUGE
        ? Samples.GAUGE_HISTOGRAMS
        : Samples.COUNTING_HISTOGRAMS;
  }
}
