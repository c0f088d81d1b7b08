package dev.vedette.tsdb.head;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.model.ReadCheck;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.model.TenantId;
import dev.vedette.model.WriteBatch;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class HeadConcurrencyTest {
  private static final long NOW = 1_760_000_000_000L;
  private static final int SERIES = 40;
  private static final int ROUNDS = 4_000;

  private final Head head =
      new Head(
          new HeadConfig(
              2,
              Duration.ofDays(1),
              Duration.ofDays(1),
              Duration.ofMinutes(30),
              SeriesLimits.DEFAULTS),
          Clock.fixed(Instant.ofEpochMilli(NOW), ZoneOffset.UTC),
          FakeLog.forgetful(),
          new PrometheusRegistry());

  @Test
  void readersSeeWholePrefixesWhileWritersAppendAndChunksAreDropped() throws Exception {
    AtomicLong acknowledged = new AtomicLong(-1);
    AtomicLong dropped = new AtomicLong(-1);
    try (ExecutorService threads = Executors.newCachedThreadPool()) {
      Future<?> writer = threads.submit(() -> writeAll(acknowledged, dropped));
      List<Future<Long>> readers = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        readers.add(threads.submit(() -> readUntilDone(writer, acknowledged, dropped)));
      }
      writer.get();
      for (Future<Long> reader : readers) {
        assertThat(reader.get()).isPositive();
      }
    }
  }

  private void writeAll(AtomicLong acknowledged, AtomicLong dropped) {
    List<Labels> labels = new ArrayList<>();
    for (int i = 0; i < SERIES; i++) {
      labels.add(Batches.series("m", "pod", "" + i));
    }
    WriteBatch batch = Batches.of(labels, NOW, 0);
    for (int round = 0; round < ROUNDS; round++) {
      for (int i = 0; i < SERIES; i++) {
        batch.timestamps()[i] = time(round);
        batch.valueBits()[i] = value(round, i);
      }
      assertThat(head.write(TenantId.DEFAULT, batch).stored()).isEqualTo(SERIES);
      acknowledged.set(round);
      if (round % 500 == 499) {
        long through = time(round - 150);
        dropped.set(round - 150);
        dropThrough(through);
      }
    }
  }

  private void dropThrough(long through) {
    try {
      head.beginFlush(through + 1, 7_200_000).drop(Long.MIN_VALUE);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static long time(int round) {
    return NOW + round * 1000L;
  }

  // A third never changes, a third changes each time, a third now and then.
  private static long value(int round, int series) {
    double value =
        switch (series % 3) {
          case 0 -> 1;
          case 1 -> round * 1.1;
          default -> Math.floor(round / 100.0);
        };
    return Double.doubleToRawLongBits(value);
  }

  private long readUntilDone(Future<?> writer, AtomicLong acknowledged, AtomicLong dropped) {
    long reads = 0;
    Selection all =
        new Selection(List.of(LabelMatcher.equal("__name__", "m")), 0, Long.MAX_VALUE - 1);
    SeriesBatch batch = new SeriesBatch();
    while (!writer.isDone() || reads == 0) {
      long newest = acknowledged.get();
      try (SeriesCursor cursor = head.select(TenantId.DEFAULT, all, ReadCheck.NONE)) {
        while (cursor.next(batch)) {
          for (int i = 0; i < batch.count(); i++) {
            check(batch, i, newest, dropped);
            reads++;
          }
        }
      }
    }
    return reads;
  }

  private static void check(SeriesBatch batch, int i, long newest, AtomicLong dropped) {
    int series = Integer.parseInt(batch.labels(i).get("pod"));
    int size = batch.size(i);
    long[] times = batch.timestamps(i);
    int first = (int) ((times[0] - NOW) / 1000);
    assertThat(first).isLessThanOrEqualTo((int) dropped.get() + 1);
    assertThat(times[size - 1]).isGreaterThanOrEqualTo(NOW + newest * 1000);
    for (int s = 0; s < size; s++) {
      if (times[s] != time(first + s)
          || Double.doubleToRawLongBits(batch.values(i)[s]) != value(first + s, series)) {
        throw new AssertionError(
            "series %d sample %d is %d %s".formatted(series, s, times[s], batch.values(i)[s]));
      }
    }
  }
}
