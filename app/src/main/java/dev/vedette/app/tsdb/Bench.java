package dev.vedette.app.tsdb;

import dev.vedette.model.LabelBytes;
import dev.vedette.model.Labels;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.model.TenantId;
import dev.vedette.model.Ticker;
import dev.vedette.model.WriteBatch;
import dev.vedette.model.WriteOutcome;
import dev.vedette.tsdb.Tsdb;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/**
 * Writes and reads a synthetic load and prints what each step took. One thread writes, as one
 * sender would, {@value #SERIES_PER_WRITE} series at a time, and waits for each write to be
 * durable.
 */
final class Bench {
  private static final int SERIES_PER_WRITE = 2_000;
  private static final int SERIES_PER_METRIC = 100;
  private static final long STEP_MILLIS = 15_000;
  private static final int KINDS = 4;

  private final Tsdb tsdb;
  private final TenantId tenant;
  private final Ticker ticker;
  private final PrintStream out;

  Bench(Tsdb tsdb, TenantId tenant, Ticker ticker, PrintStream out) {
    this.tsdb = tsdb;
    this.tenant = tenant;
    this.ticker = ticker;
    this.out = out;
  }

  void run(int series, int samples) {
    long end = System.currentTimeMillis() / STEP_MILLIS * STEP_MILLIS;
    long start = end - (samples - 1) * STEP_MILLIS;
    long total = (long) series * samples;
    byte[][] groups = labels(series);
    WriteBatch batch = new WriteBatch();
    long began = ticker.nanos();
    writeStep(groups, batch, series, 0, start);
    print("new     ", series, ticker.nanos() - began);
    began = ticker.nanos();
    for (int step = 1; step < samples; step++) {
      writeStep(groups, batch, series, step, start + step * STEP_MILLIS);
      if (step % 100 == 0) {
        System.err.printf("%d of %d samples a series%n", step, samples);
      }
    }
    print("write   ", Math.max(1, total - series), ticker.nanos() - began);
    began = ticker.nanos();
    tsdb.flush();
    print("flush   ", total, ticker.nanos() - began);
    began = ticker.nanos();
    long read = read();
    print("read    ", read, ticker.nanos() - began);
  }

  /** The labels of all series, those of one write in one run of bytes, each led by its length. */
  private static byte[][] labels(int series) {
    byte[][] groups = new byte[(series + SERIES_PER_WRITE - 1) / SERIES_PER_WRITE][];
    for (int g = 0; g < groups.length; g++) {
      ByteArrayOutputStream group = new ByteArrayOutputStream();
      int last = Math.min(series, (g + 1) * SERIES_PER_WRITE);
      for (int s = g * SERIES_PER_WRITE; s < last; s++) {
        byte[] one =
            LabelBytes.encode(
                Labels.of(
                    Labels.METRIC_NAME,
                    "bench_" + s % SERIES_PER_METRIC,
                    "instance",
                    "host-" + s / SERIES_PER_METRIC,
                    "job",
                    "bench"));
        group.write(one.length >>> 8);
        group.write(one.length);
        group.writeBytes(one);
      }
      groups[g] = group.toByteArray();
    }
    return groups;
  }

  private void writeStep(byte[][] groups, WriteBatch batch, int series, int step, long millis) {
    int s = 0;
    for (byte[] group : groups) {
      batch.reset(group);
      for (int at = 0; at < group.length; s++) {
        int length = (group[at] & 0xff) << 8 | group[at + 1] & 0xff;
        batch.addSeries(at + 2, at + 2 + length);
        batch.addSample(millis, Double.doubleToRawLongBits(value(s, step)));
        at += 2 + length;
      }
      List<WriteOutcome.Refusal> refused = tsdb.write(tenant, batch).refusals();
      if (!refused.isEmpty()) {
        throw new IllegalStateException("the engine refused samples: " + refused);
      }
    }
  }

  /** Constant, counting, decimal and noisy series, as scrapes have them. */
  private static double value(int series, int step) {
    return switch (series % KINDS) {
      case 0 -> series;
      case 1 -> step * (series % 13 + 1L);
      case 2 -> (step * 31L + series) % 1000 / 10.0;
      default -> Math.sin(step * 0.1 + series);
    };
  }

  private long read() {
    long samples = 0;
    SeriesBatch batch = new SeriesBatch();
    try (SeriesCursor cursor = tsdb.select(tenant, DataFiles.EVERYTHING)) {
      while (cursor.next(batch)) {
        for (int i = 0; i < batch.count(); i++) {
          samples += batch.size(i);
        }
      }
    }
    return samples;
  }

  private void print(String step, long samples, long nanos) {
    out.printf(
        Locale.ROOT,
        "%s%,15d samples  %8.1f ns a sample  %,15.0f a second%n",
        step,
        samples,
        (double) nanos / samples,
        samples * 1e9 / nanos);
  }
}
