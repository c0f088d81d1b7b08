package dev.vedette.wire.remoteread;

import dev.vedette.model.Histogram;
import dev.vedette.model.LabelBytes;
import dev.vedette.model.SeriesBatch;
import dev.vedette.wire.histogram.HistogramWriter;
import dev.vedette.wire.proto.ProtoWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;
import org.xerial.snappy.Snappy;

/**
 * A {@code prometheus.ReadResponse} being put together: {@link #beginQuery}, its series, {@link
 * #endQuery}, for each query in turn. One thread.
 */
public final class SampledAnswer {
  /** The {@code Content-Type}; the coding is snappy. */
  public static final String CONTENT_TYPE = "application/x-protobuf";

  private static final int RESULTS = 1;
  private static final int TIMESERIES = 1;
  private static final int SAMPLES = 2;
  private static final int HISTOGRAMS = 4;

  private final ProtoWriter out = new ProtoWriter();
  private final HistogramWriter histogramWriter = new HistogramWriter();
  private int query;

  public void beginQuery() {
    query = out.begin(RESULTS);
  }

  public void endQuery() {
    out.end(query);
  }

  /** Adds one series with all its samples. */
  public void add(SeriesBatch batch, int series) {
    int message = out.begin(TIMESERIES);
    byte[] labels = LabelBytes.encode(batch.labels(series));
    out.raw(labels, 0, labels.length);
    @Nullable Histogram @Nullable [] histograms = batch.histograms(series);
    for (int i = 0; i < batch.size(series); i++) {
      Histogram histogram = histograms == null ? null : histograms[i];
      if (histogram == null) {
        int sample = out.begin(SAMPLES);
        out.fixed64(1, Double.doubleToRawLongBits(batch.values(series)[i]));
        out.varint(2, batch.timestamps(series)[i]);
        out.end(sample);
      } else {
        int sample = out.begin(HISTOGRAMS);
        histogramWriter.write(histogram, batch.timestamps(series)[i], out);
        out.end(sample);
      }
    }
    out.end(message);
  }

  /** Bytes so far, not compressed. */
  public int size() {
    return out.size();
  }

  /** The whole message in snappy's block format. */
  public byte[] compressed() {
    try {
      byte[] target = new byte[Snappy.maxCompressedLength(out.size())];
      int length = Snappy.compress(out.bytes(), 0, out.size(), target, 0);
      return java.util.Arrays.copyOf(target, length);
    } catch (IOException e) {
      throw new UncheckedIOException("BUG: snappy refused its input", e);
    }
  }
}
