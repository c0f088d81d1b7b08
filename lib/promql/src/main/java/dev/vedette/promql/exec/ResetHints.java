package dev.vedette.promql.exec;

import dev.vedette.model.CounterReset;
import dev.vedette.model.Histogram;
import dev.vedette.model.ReadParts;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.model.SeriesParts;
import dev.vedette.promql.histogram.CounterResets;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Says of each histogram that says nothing whether the counter was reset before it. */
record ResetHints(SeriesCursor inner) implements SeriesCursor {
  @Override
  public boolean next(SeriesBatch batch) {
    return next(batch, inner::next);
  }

  @Override
  public Optional<SeriesParts> parts(int leastSeries) {
    return inner.parts(leastSeries).map(parts -> new ReadParts(parts, () -> ResetHints::next));
  }

  private static boolean next(SeriesBatch batch, Predicate<SeriesBatch> inner) {
    SeriesBatch read = new SeriesBatch();
    if (!inner.test(read)) {
      batch.clear();
      return false;
    }
    batch.clear();
    for (int i = 0; i < read.count(); i++) {
      batch.add(
          read.labels(i),
          read.timestamps(i),
          read.values(i),
          hinted(read.histograms(i), read.size(i)),
          read.starts(i),
          read.size(i));
    }
    return true;
  }

  private static @Nullable Histogram @Nullable [] hinted(
      @Nullable Histogram @Nullable [] histograms, int size) {
    if (histograms == null) {
      return null;
    }
    @Nullable Histogram[] hinted = new Histogram[size];
    Histogram before = null;
    for (int i = 0; i < size; i++) {
      Histogram histogram = histograms[i];
      if (histogram == null || histogram.isStale()) {
        hinted[i] = histogram;
        continue;
      }
      boolean open = histogram.reset() == CounterReset.UNKNOWN && before != null;
      hinted[i] = open ? histogram.withReset(hint(before, histogram)) : histogram;
      before = histogram;
    }
    return hinted;
  }

  private static CounterReset hint(@Nullable Histogram before, Histogram histogram) {
    return before != null && CounterResets.between(before, histogram)
        ? CounterReset.YES
        : CounterReset.NO;
  }

  @Override
  public void close() {
    inner.close();
  }
}
