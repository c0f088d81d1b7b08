package dev.vedette.tsdb.block;

import dev.vedette.model.Labels;
import dev.vedette.model.SeriesOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Several sources as one. A series that several have becomes one series; of samples with the same
 * timestamp the one of the later source stays. Memory: one series of each source and the merged
 * one.
 */
public final class MergedSeries implements SortedSeries {
  private final List<Source> sources = new ArrayList<>();
  private final PriorityQueue<Source> waiting =
      new PriorityQueue<>(
          Comparator.comparing((Source source) -> source.series.labels(), SeriesOrder.INSTANCE)
              .thenComparingInt(source -> source.rank));
  // Sources that stand at the current series, earliest first.
  private final List<Source> current = new ArrayList<>();
  private Labels labels = Labels.EMPTY;
  private long[] timestamps = {};
  private long[] bits = {};
  private int size;
  private boolean begun;

  private static final class Source {
    final SortedSeries series;
    final int rank;
    int at;

    Source(SortedSeries series, int rank) {
      this.series = series;
      this.rank = rank;
    }
  }

  /** Takes over the sources, the one that wins last. */
  public MergedSeries(List<? extends SortedSeries> sources) {
    for (SortedSeries series : sources) {
      this.sources.add(new Source(series, this.sources.size()));
    }
  }

  @Override
  public boolean next() {
    for (Source source : begun ? current : sources) {
      if (source.series.next()) {
        waiting.add(source);
      }
    }
    begun = true;
    current.clear();
    Source first = waiting.poll();
    if (first == null) {
      return false;
    }
    current.add(first);
    labels = first.series.labels();
    while (!waiting.isEmpty() && waiting.element().series.labels().equals(labels)) {
      current.add(waiting.remove());
    }
    mergeSamples();
    return true;
  }

  private void mergeSamples() {
    if (current.size() == 1) {
      SortedSeries only = current.getFirst().series;
      timestamps = only.timestamps();
      bits = only.valueBits();
      size = only.size();
      return;
    }
    int most = 0;
    for (Source source : current) {
      source.at = 0;
      most = Math.addExact(most, source.series.size());
    }
    timestamps = new long[most];
    bits = new long[most];
    size = 0;
    for (Source winner = oldest(); winner != null; winner = oldest()) {
      long time = winner.series.timestamps()[winner.at];
      timestamps[size] = time;
      bits[size++] = winner.series.valueBits()[winner.at];
      for (Source source : current) {
        if (source.at < source.series.size() && source.series.timestamps()[source.at] == time) {
          source.at++;
        }
      }
    }
  }

  /** The source with the oldest sample left, the latest such source; null when none is left. */
  private @Nullable Source oldest() {
    Source oldest = null;
    long time = Long.MAX_VALUE;
    for (Source source : current) {
      if (source.at < source.series.size() && source.series.timestamps()[source.at] <= time) {
        time = source.series.timestamps()[source.at];
        oldest = source;
      }
    }
    return oldest;
  }

  @Override
  public Labels labels() {
    return labels;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public long[] timestamps() {
    return timestamps;
  }

  @Override
  public long[] valueBits() {
    return bits;
  }

  @Override
  public void close() {
    for (Source source : sources) {
      source.series.close();
    }
  }
}
