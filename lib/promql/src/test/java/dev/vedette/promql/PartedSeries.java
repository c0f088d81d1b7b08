package dev.vedette.promql;

import dev.vedette.model.Selection;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.model.SeriesParts;
import dev.vedette.model.SeriesSource;
import dev.vedette.model.TenantId;
import dev.vedette.testkit.ForwardingSeries;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/** A source whose cursors can be taken apart, into so few series each that all do it. */
final class PartedSeries extends ForwardingSeries {
  static final int TAKEN_APART = -1;

  private final SeriesSource source;
  private final int seriesOfPart;
  private final IntConsumer begun;
  // Cursors that are not closed.
  final AtomicInteger open = new AtomicInteger();

  /**
   * @param begun told each part that a reader begins, on its thread, and {@link #TAKEN_APART}
   *     before that; may throw
   */
  PartedSeries(SeriesSource source, int seriesOfPart, IntConsumer begun) {
    this.source = source;
    this.seriesOfPart = seriesOfPart;
    this.begun = begun;
  }

  @Override
  protected SeriesSource inner() {
    return source;
  }

  @Override
  public SeriesCursor select(TenantId tenant, Selection selection) {
    SeriesCursor cursor = source.select(tenant, selection);
    open.incrementAndGet();
    return new SeriesCursor() {
      @Override
      public boolean next(SeriesBatch batch) {
        return cursor.next(batch);
      }

      @Override
      public Optional<SeriesParts> parts(int leastSeries) {
        begun.accept(TAKEN_APART);
        try (SeriesCursor again = source.select(tenant, selection)) {
          return Optional.of(new Parts(everything(again)));
        }
      }

      @Override
      public void close() {
        open.decrementAndGet();
        cursor.close();
      }
    };
  }

  /** The in-memory store's batches are copies, so that they can be kept. */
  private static List<Series> everything(SeriesCursor cursor) {
    List<Series> all = new ArrayList<>();
    SeriesBatch batch = new SeriesBatch();
    while (cursor.next(batch)) {
      for (int i = 0; i < batch.count(); i++) {
        all.add(new Series(batch, i));
      }
      batch = new SeriesBatch();
    }
    return all;
  }

  private record Series(SeriesBatch batch, int at) {
    void addTo(SeriesBatch other) {
      other.add(
          batch.labels(at),
          batch.timestamps(at),
          batch.values(at),
          batch.histograms(at),
          batch.starts(at),
          batch.size(at));
    }
  }

  private final class Parts implements SeriesParts {
    private final List<Series> all;

    Parts(List<Series> all) {
      this.all = all;
    }

    @Override
    public int count() {
      return Math.ceilDiv(all.size(), seriesOfPart);
    }

    @Override
    public long series() {
      return 1 << 20;
    }

    @Override
    public Reader newReader() {
      return new Reader() {
        private int next;
        private int end;

        @Override
        public void seek(int part) {
          begun.accept(part);
          next = part * seriesOfPart;
          end = Math.min(all.size(), next + seriesOfPart);
        }

        @Override
        public boolean next(SeriesBatch batch) {
          batch.clear();
          while (next < end && !batch.isFull()) {
            all.get(next++).addTo(batch);
          }
          return batch.count() > 0;
        }
      };
    }
  }
}
