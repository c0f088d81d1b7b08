package dev.vedette.tsdb.head;

import dev.vedette.model.ErrorId;
import dev.vedette.model.Histogram;
import dev.vedette.model.HistogramLayout;
import dev.vedette.model.HistogramSample;
import dev.vedette.model.WriteBatch;
import org.jspecify.annotations.Nullable;

/**
 * The samples of one request that go to wide series: histograms, floats whose start timestamps
 * plain ones cannot have ({@link Shard#begins}), and plain floats of series that had either. Under
 * the shard's lock, as all samples in order are. Kept and reused with its {@link Append}; one
 * thread at a time.
 */
final class WideAppend {
  private final Head head;
  private final SeriesDirectory directory;
  private final Append request;
  private boolean isNeeded;

  int histograms;
  int histogramDuplicates;

  WideAppend(Head head, Append request) {
    this.head = head;
    this.directory = head.directory();
    this.request = request;
  }

  void begin() {
    WriteBatch batch = request.batch;
    isNeeded = batch.histogramCount() > 0;
    histograms = 0;
    histogramDuplicates = 0;
  }

  /** Whether the request has any histogram. */
  boolean isNeeded() {
    return isNeeded;
  }

  /** Whether a series of the request is wide by what the request has of it. */
  boolean isWide(int i) {
    return request.batch.histogramsFrom(i) < request.batch.histogramsTo(i);
  }

  /**
   * Takes the samples of a series, floats from a first one on and all histograms, and adds them to
   * the records of the request.
   */
  void append(Shard shard, int ref, int i, int firstFloat) {
    boolean hasRoom = directory.lateBytes() < head.config().lateBytes();
    WriteBatch batch = request.batch;
    for (int s = firstFloat; s < batch.samplesTo(i); s++) {
      appendFloat(shard, ref, i, s, hasRoom);
    }
    if (batch.histogramCount() > 0) {
      int to = batch.histogramsTo(i);
      for (int s = batch.histogramsFrom(i); s < to; s++) {
        appendHistogram(shard, ref, i, s, hasRoom);
      }
    }
  }

  private void appendFloat(Shard shard, int ref, int i, int sample, boolean hasRoom) {
    long time = request.batch.timestamps()[sample];
    long bits = request.batch.valueBits()[sample];
    long start = request.batch.start(sample);
    if (request.isOutOfTime(time)) {
      request.refuseOutOfTime(i, time);
      return;
    }
    WideStore.Outcome outcome = shard.wide.take(ref, time, bits, null, start, hasRoom);
    if (outcome == WideStore.Outcome.DUPLICATE) {
      request.duplicates++;
    }
    if (settle(outcome, i, time)) {
      request.records.sample(ref, time, bits, start);
    }
    if (isStored(outcome)) {
      request.count(time);
    }
  }

  private void appendHistogram(Shard shard, int ref, int i, int sample, boolean hasRoom) {
    long time = request.batch.histogramTimestamp(sample);
    Histogram histogram = request.batch.histogram(sample);
    long start = request.batch.histogramStart(sample);
    if (request.isOutOfTime(time)) {
      request.refuseOutOfTime(i, time);
      return;
    }
    if (size(histogram.layout()) > head.maxHistogramBuckets()) {
      request.refuseHistogram(i, time, size(histogram.layout()), head.maxHistogramBuckets());
      return;
    }
    WideStore.Outcome outcome =
        shard.wide.take(ref, time, histogram.sumBits(), histogram, start, hasRoom);
    if (outcome == WideStore.Outcome.DUPLICATE) {
      histogramDuplicates++;
    }
    if (settle(outcome, i, time)) {
      log(shard.wide.find(ref), ref, new HistogramSample(time, histogram, start), outcome);
    }
    if (isStored(outcome)) {
      histograms++;
      request.noteTime(time);
    }
  }

  private void log(
      @Nullable WideSeries of, int ref, HistogramSample sample, WideStore.Outcome outcome) {
    if (of == null) {
      // A duplicate of what is in a block.
      request.records.histogram(
          ref, sample.timestampMillis(), sample.histogram(), sample.startMillis());
      return;
    }
    boolean follows = outcome == WideStore.Outcome.STORED && !head.logHasGaps();
    of.log(request.records, ref, sample, follows);
  }

  private static int size(HistogramLayout layout) {
    return Math.max(layout.buckets(), layout.customBounds());
  }

  /** Returns whether the sample is to be logged. */
  private boolean settle(WideStore.Outcome outcome, int i, long time) {
    switch (outcome) {
      case FULL -> request.refuse(ErrorId.LATE_SAMPLES_LIMIT, i, time);
      case CONFLICT -> request.refuse(ErrorId.SAMPLE_CONFLICT, i, time);
      case LATE -> request.late.stored++;
      case REPLACED -> {
        request.late.stored++;
        request.late.replaced++;
      }
      case STORED, DUPLICATE -> {}
    }
    return isStored(outcome) || outcome == WideStore.Outcome.DUPLICATE && head.logHasGaps();
  }

  private static boolean isStored(WideStore.Outcome outcome) {
    return switch (outcome) {
      case STORED, LATE, REPLACED -> true;
      case DUPLICATE, CONFLICT, FULL -> false;
    };
  }
}
