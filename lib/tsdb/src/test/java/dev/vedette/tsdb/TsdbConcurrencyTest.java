package dev.vedette.tsdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.LabelBytes;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.model.SeriesParts;
import dev.vedette.model.TenantId;
import dev.vedette.model.Ticker;
import dev.vedette.model.WriteBatch;
import dev.vedette.model.WriteOutcome;
import dev.vedette.testkit.FakeClock;
import dev.vedette.testkit.SimFiles;
import dev.vedette.tsdb.head.HeadConfig;
import dev.vedette.tsdb.head.SeriesLimits;
import dev.vedette.tsdb.wal.WalSettings;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

/**
 * Writers that share series, and series of long ago that leave the head with a flush that finds
 * none of their samples and are born again by the next request, while the head is flushed over and
 * over.
 */
class TsdbConcurrencyTest {
  private static final long NOW = 1_760_000_000_000L;
  private static final int WRITERS = 4;
  private static final int ROUNDS = 150;
  private static final int SERIES = 30;
  private static final int READS = 12;

  private static final Selection ALL =
      new Selection(List.of(LabelMatcher.equal("__name__", "m")), 0, NOW + 1_000_000);

  private final SimFiles disk = SimFiles.seeded(3);
  // Rounds of each writer.
  private final AtomicIntegerArray acknowledged = new AtomicIntegerArray(WRITERS);

  private Tsdb open() {
    TsdbConfig config =
        new TsdbConfig(
            Path.of("/data"),
            Duration.ofHours(2),
            64 << 20,
            Duration.ofDays(1),
            new HeadConfig(
                2,
                Duration.ofDays(15),
                Duration.ofMinutes(5),
                Duration.ofMinutes(30),
                SeriesLimits.DEFAULTS),
            WalSettings.defaults());
    return Tsdb.open(
        config,
        disk,
        new FakeClock(Instant.ofEpochMilli(NOW)),
        Ticker.system(),
        new PrometheusRegistry());
  }

  @Test
  void everySampleOfEveryWriterIsThereAfterwardsAndAfterARestart() throws Exception {
    try (Tsdb tsdb = open();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> writers = new ArrayList<>();
      for (int w = 0; w < WRITERS; w++) {
        int writer = w;
        writers.add(threads.submit(() -> writeAll(tsdb, writer)));
      }
      while (!writers.stream().allMatch(Future::isDone)) {
        tsdb.flush();
        tsdb.flush();
        tsdb.maintain();
      }
      for (Future<?> writer : writers) {
        writer.get();
      }
      check(tsdb);
    }
    try (Tsdb tsdb = open()) {
      check(tsdb);
    }
  }

  @Test
  void partsThatSeveralThreadsReadHaveAllThatWasAcknowledgedWhileTheHeadIsFlushed()
      throws Exception {
    try (Tsdb tsdb = open();
        ExecutorService threads = Executors.newCachedThreadPool()) {
      List<Future<?>> writers = new ArrayList<>();
      for (int w = 0; w < WRITERS; w++) {
        int writer = w;
        writers.add(threads.submit(() -> writeAll(tsdb, writer)));
      }
      CountDownLatch isOver = new CountDownLatch(1);
      List<Future<Integer>> readers = new ArrayList<>();
      for (int r = 0; r < 2; r++) {
        readers.add(threads.submit(() -> readParts(tsdb, threads, isOver)));
      }
      while (!writers.stream().allMatch(Future::isDone)) {
        tsdb.flush();
        tsdb.maintain();
      }
      isOver.countDown();
      for (Future<?> writer : writers) {
        writer.get();
      }
      for (Future<Integer> reader : readers) {
        assertThat(reader.get()).as("parts").isPositive();
      }
    }
  }

  /** Reads some times, at last once it is over; returns how many parts there were. */
  private int readParts(Tsdb tsdb, ExecutorService threads, CountDownLatch isOver)
      throws Exception {
    int partsRead = 0;
    for (int read = 0; read < READS; read++) {
      if (read == READS - 1) {
        isOver.await();
      }
      int[] least = new int[WRITERS];
      Arrays.setAll(least, acknowledged::get);
      try (SeriesCursor cursor = tsdb.select(TenantId.DEFAULT, ALL)) {
        Optional<SeriesParts> parts = cursor.parts(1);
        if (parts.isPresent()) {
          partsRead += parts.get().count();
          readParts(parts.get(), threads, least);
        }
      }
    }
    return partsRead;
  }

  private static void readParts(SeriesParts parts, ExecutorService threads, int[] least)
      throws Exception {
    AtomicInteger next = new AtomicInteger();
    Map<Labels, Integer> sizes = new ConcurrentHashMap<>();
    List<Future<?>> readers = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      readers.add(
          threads.submit(
              () -> {
                SeriesParts.Reader reader = parts.newReader();
                SeriesBatch batch = new SeriesBatch();
                for (int part = next.getAndIncrement();
                    part < parts.count();
                    part = next.getAndIncrement()) {
                  reader.seek(part);
                  while (reader.next(batch)) {
                    note(batch, sizes);
                  }
                }
              }));
    }
    for (Future<?> reader : readers) {
      reader.get();
    }
    for (int writer = 0; writer < WRITERS; writer++) {
      for (int i = 0; least[writer] > 0 && i < SERIES; i++) {
        Labels series = series(i, writer);
        boolean isShared = series.get("kind").equals("shared");
        assertThat(sizes.getOrDefault(series, 0))
            .as("%s", series)
            .isGreaterThanOrEqualTo(isShared ? Arrays.stream(least).sum() : least[writer]);
      }
    }
  }

  private static void note(SeriesBatch batch, Map<Labels, Integer> sizes) {
    for (int i = 0; i < batch.count(); i++) {
      Labels labels = batch.labels(i);
      long[] times = batch.timestamps(i);
      for (int s = 0; s < batch.size(i); s++) {
        assertThat(Double.doubleToRawLongBits(batch.values(i)[s]))
            .isEqualTo(value(labels, times[s]));
        assertThat(s == 0 || times[s - 1] < times[s]).isTrue();
      }
      assertThat(sizes.put(labels, batch.size(i))).as("%s twice", labels).isNull();
    }
  }

  /** A third is the writer's own, a third everybody's, a third of long ago. */
  private static Labels series(int i, int writer) {
    return labels(i % 3 == 0 ? "own" : i % 3 == 1 ? "shared" : "old", i, writer);
  }

  private void writeAll(Tsdb tsdb, int writer) {
    for (int round = 0; round < ROUNDS; round++) {
      List<Labels> series = new ArrayList<>();
      for (int i = 0; i < SERIES; i++) {
        series.add(series(i, writer));
      }
      WriteBatch batch = new WriteBatch();
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      series.forEach(labels -> bytes.writeBytes(LabelBytes.encode(labels)));
      batch.reset(bytes.toByteArray());
      int from = 0;
      for (Labels labels : series) {
        int to = from + LabelBytes.encode(labels).length;
        long at = time(labels, writer, round);
        batch.addSeries(from, to);
        batch.addSample(at, value(labels, at));
        from = to;
      }
      WriteOutcome outcome = tsdb.write(TenantId.DEFAULT, batch);
      assertThat(outcome.refusals()).isEmpty();
      assertThat(outcome.stored()).isEqualTo(SERIES);
      acknowledged.set(writer, round + 1);
    }
  }

  private static Labels labels(String kind, int i, int writer) {
    String owner = kind.equals("shared") ? "all" : "" + writer;
    return Labels.of("__name__", "m", "kind", kind, "i", "" + i, "writer", owner);
  }

  private static long time(Labels labels, int writer, int round) {
    long base = labels.get("kind").equals("old") ? NOW - 18_000_000 : NOW - 600_000;
    return base + round * 1000L + writer;
  }

  private static long value(Labels labels, long at) {
    return Double.doubleToRawLongBits(labels.hashCode() + at * 0.5);
  }

  private static void check(Tsdb tsdb) {
    int series = 0;
    SeriesBatch batch = new SeriesBatch();
    try (SeriesCursor cursor = tsdb.select(TenantId.DEFAULT, ALL)) {
      while (cursor.next(batch)) {
        for (int i = 0; i < batch.count(); i++) {
          Labels labels = batch.labels(i);
          boolean shared = labels.get("kind").equals("shared");
          assertThat(batch.size(i)).as("%s", labels).isEqualTo(shared ? WRITERS * ROUNDS : ROUNDS);
          for (int s = 0; s < batch.size(i); s++) {
            assertThat(Double.doubleToRawLongBits(batch.values(i)[s]))
                .isEqualTo(value(labels, batch.timestamps(i)[s]));
          }
          series++;
        }
      }
    }
    assertThat(series).isEqualTo(SERIES / 3 * (WRITERS + 1 + WRITERS));
  }
}
