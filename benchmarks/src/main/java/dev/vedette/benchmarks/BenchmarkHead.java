package dev.vedette.benchmarks;

import dev.vedette.model.LabelBytes;
import dev.vedette.model.Labels;
import dev.vedette.model.WriteBatch;
import dev.vedette.tsdb.head.Head;
import dev.vedette.tsdb.head.HeadConfig;
import dev.vedette.tsdb.head.SeriesLimits;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.time.Clock;
import java.time.Duration;
import java.util.function.IntFunction;
import java.util.function.IntToDoubleFunction;

/**
 * Heads whose log is encoded and forgotten, which take samples of any time, and requests to them.
 */
final class BenchmarkHead {
  private BenchmarkHead() {}

  static Head of(int shards) {
    HeadConfig config =
        new HeadConfig(
            shards,
            Duration.ofDays(15_000),
            Duration.ofDays(15_000),
            Duration.ofMinutes(30),
            SeriesLimits.DEFAULTS);
    return new Head(config, Clock.systemUTC(), new EncodingLog(), new PrometheusRegistry());
  }

  /** One sample of each series, all at one time. */
  static WriteBatch request(
      int series, IntFunction<Labels> labels, long timeMillis, IntToDoubleFunction values) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int[] ends = new int[series + 1];
    for (int i = 0; i < series; i++) {
      bytes.writeBytes(LabelBytes.encode(labels.apply(i)));
      ends[i + 1] = bytes.size();
    }
    WriteBatch batch = new WriteBatch();
    batch.reset(bytes.toByteArray());
    for (int i = 0; i < series; i++) {
      batch.addSeries(ends[i], ends[i + 1]);
      batch.addSample(timeMillis, Double.doubleToRawLongBits(values.applyAsDouble(i)));
    }
    return batch;
  }
}
