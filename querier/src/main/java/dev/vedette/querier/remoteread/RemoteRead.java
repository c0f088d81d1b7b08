package dev.vedette.querier.remoteread;

import dev.vedette.model.ErrorId;
import dev.vedette.model.Histogram;
import dev.vedette.model.HistogramBytes;
import dev.vedette.model.Label;
import dev.vedette.model.LimitExceeded;
import dev.vedette.model.ReadCheck;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.model.SeriesSource;
import dev.vedette.model.TenantId;
import dev.vedette.model.Unavailable;
import dev.vedette.promql.QueryMemory;
import dev.vedette.wire.remoteread.ChunkedSeries;
import dev.vedette.wire.remoteread.ReadRequest;
import dev.vedette.wire.remoteread.SampledAnswer;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Answers remote read with the samples as they are stored, staleness markers included. Series of a
 * query are sorted by their labels, which storage does not do, so those of one query are held until
 * all are there, encoded and within a bound. Safe for all threads; blocks.
 */
public final class RemoteRead {
  // A message within another has a length of 28 bits in our writer.
  private static final int MOST_BYTES = 240 << 20;

  // A sample in one message is 22 bytes, lengths included; in chunks it is less.
  private static final int SAMPLE_BYTES = 32;
  private static final int SERIES_BYTES = 64;
  private static final int LABEL_BYTES = 16;

  private final RemoteReadConfig config;
  private final SeriesSource source;
  private final Semaphore turns;
  private final QueryMemory memory;
  private final Counter requests;
  private final Counter samples;

  /**
   * @param memory what answers being put together are held in
   */
  public RemoteRead(
      RemoteReadConfig config,
      SeriesSource source,
      QueryMemory memory,
      PrometheusRegistry registry) {
    this.config = config;
    this.source = source;
    this.memory = memory;
    this.turns = new Semaphore(config.maxConcurrent());
    this.requests =
        Counter.builder()
            .name("vedette_querier_remote_read_requests_total")
            .help("Requests of remote read, by the form of their answer.")
            .labelNames("form")
            .register(registry);
    this.samples =
        Counter.builder()
            .name("vedette_querier_remote_read_samples_total")
            .help("Samples that remote read gave.")
            .register(registry);
  }

  /**
   * Takes a turn for a request, answered until this is closed.
   *
   * @param check asked while series are read
   */
  public Turn turn(TenantId tenant, ReadRequest.Form form, ReadCheck check) {
    if (!turns.tryAcquire()) {
      throw new Unavailable(
          ErrorId.QUERY_LIMIT,
          "%d requests of remote read are being answered, the bound"
              .formatted(config.maxConcurrent()),
          "ask again later");
    }
    requests.labelValues(form.name().toLowerCase(Locale.ROOT)).inc();
    return new Turn(tenant, check);
  }

  /** One request; what it holds is given back when it is closed. */
  public final class Turn implements AutoCloseable {
    private final QueryMemory.Reservation reservation;
    private final TenantId tenant;
    private final ReadCheck check;
    private long held;

    private Turn(TenantId tenant, ReadCheck check) {
      this.tenant = tenant;
      this.check = check;
      this.reservation = memory.open(tenant);
    }

    private void hold(long bytes) {
      reservation.add(bytes);
      held += bytes;
    }

    private void release(long bytes) {
      reservation.release(bytes);
      held -= bytes;
    }

    /** The whole answer in one message, compressed. */
    public byte[] samples(ReadRequest request) {
      SampledAnswer answer = new SampledAnswer();
      long count = 0;
      SeriesBatch batch = new SeriesBatch();
      for (ReadRequest.Query query : request.queries()) {
        answer.beginQuery();
        try (SeriesCursor cursor = source.select(tenant, selection(query), check)) {
          while (cursor.next(batch)) {
            for (int i = 0; i < batch.count(); i++) {
              count += batch.size(i);
              checkSamples(count);
              long most = mostBytes(batch, i);
              checkBytes(answer.size() + most);
              hold(most);
              answer.add(batch, i);
            }
          }
        }
        answer.endQuery();
      }
      samples.inc(count);
      // In the worst case nothing gets smaller, and both forms are there for a moment.
      hold(answer.size());
      return answer.compressed();
    }

    private static void checkBytes(long size) {
      if (size > MOST_BYTES) {
        throw new LimitExceeded(
            ErrorId.QUERY_LIMIT,
            "the answer has more than %d bytes".formatted(MOST_BYTES),
            "select fewer series or a shorter time, or accept STREAMED_XOR_CHUNKS",
            false);
      }
    }

    private void checkSamples(long count) {
      if (count > config.maxSamples()) {
        throw new LimitExceeded(
            ErrorId.QUERY_LIMIT,
            "exceeded sample limit (%d)".formatted(config.maxSamples()),
            "select fewer series or a shorter time, or accept STREAMED_XOR_CHUNKS",
            false);
      }
    }

    /** Series of one query, encoded, in the order of their labels. */
    public List<ChunkedSeries> chunks(ReadRequest.Query query) {
      release(held);
      List<ChunkedSeries> found = new ArrayList<>();
      ChunkedSeries.Encoder encoder = new ChunkedSeries.Encoder();
      SeriesBatch batch = new SeriesBatch();
      long count = 0;
      try (SeriesCursor cursor = source.select(tenant, selection(query), check)) {
        while (cursor.next(batch)) {
          for (int i = 0; i < batch.count(); i++) {
            long most = mostBytes(batch, i);
            hold(most);
            ChunkedSeries series = encoder.encode(batch, i);
            release(most - series.size());
            found.add(series);
            count += batch.size(i);
          }
        }
      }
      found.sort(Comparator.comparing(ChunkedSeries::labels));
      samples.inc(count);
      return found;
    }

    /** Writes one query's series in frames. */
    public void write(int queryIndex, List<ChunkedSeries> series, OutputStream out)
        throws IOException {
      for (ChunkedSeries one : series) {
        one.write(queryIndex, config.maxFrameBytes(), out);
      }
    }

    @Override
    public void close() {
      reservation.close();
      turns.release();
    }
  }

  /** What a series can take at most in either form of an answer, or a little more. */
  private static long mostBytes(SeriesBatch batch, int series) {
    long bytes = SERIES_BYTES;
    for (Label label : batch.labels(series)) {
      bytes += LABEL_BYTES + 3L * (label.name().length() + label.value().length());
    }
    @Nullable Histogram @Nullable [] histograms = batch.histograms(series);
    for (int i = 0; histograms != null && i < batch.size(series); i++) {
      Histogram histogram = histograms[i];
      bytes += histogram == null ? 0 : SAMPLE_BYTES + HistogramBytes.maxSize(histogram);
    }
    return bytes + (long) SAMPLE_BYTES * batch.size(series);
  }

  private static Selection selection(ReadRequest.Query query) {
    return new Selection(query.matchers(), query.startMillis(), query.endMillis());
  }
}
