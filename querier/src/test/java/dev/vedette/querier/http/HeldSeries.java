package dev.vedette.querier.http;

import dev.vedette.model.Coverage;
import dev.vedette.model.History;
import dev.vedette.model.Labels;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.model.SeriesSource;
import dev.vedette.model.TenantId;
import dev.vedette.testkit.ForwardingSeries;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** A source that hands nothing out until it is let go, and counts how often it is read. */
final class HeldSeries extends ForwardingSeries {
  private final CountDownLatch held = new CountDownLatch(1);
  private final AtomicInteger opened = new AtomicInteger();
  private volatile boolean isEndless;
  private final List<Selection> selections = new CopyOnWriteArrayList<>();
  volatile SeriesSource inner;
  volatile History history = History.UNKNOWN;

  HeldSeries(SeriesSource inner) {
    this.inner = inner;
  }

  /** How often series were read. */
  int opened() {
    return opened.get();
  }

  /** What was read, in that order. */
  List<Selection> selections() {
    return selections;
  }

  /** Has all reads go on. */
  void letGo() {
    held.countDown();
  }

  /** Has all reads go on and find more series for ever. */
  void goOnWithoutEnd() {
    isEndless = true;
    letGo();
  }

  @Override
  protected SeriesSource inner() {
    return inner;
  }

  @Override
  public SeriesCursor select(TenantId tenant, Selection selection) {
    opened.incrementAndGet();
    selections.add(selection);
    SeriesCursor cursor = inner.select(tenant, selection);
    return new SeriesCursor() {
      private long series;

      @Override
      public boolean next(SeriesBatch batch) {
        await();
        if (!isEndless) {
          return cursor.next(batch);
        }
        batch.clear();
        Labels labels = Labels.of("__name__", "held", "n", Long.toString(series++));
        batch.add(labels, new long[] {selection.endMillis()}, new double[] {1}, 1);
        return true;
      }

      @Override
      public void close() {
        cursor.close();
      }
    };
  }

  private void await() {
    try {
      held.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public History history(TenantId tenant) {
    return history;
  }

  @Override
  public Coverage coverage(TenantId tenant) {
    return inner.coverage(tenant);
  }
}
