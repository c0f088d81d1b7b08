package dev.vedette.tsdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.ErrorId;
import dev.vedette.model.LabelBytes;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.model.SeriesOrder;
import dev.vedette.model.TenantId;
import dev.vedette.model.Unavailable;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * The power fails at random calls of the disk, over and over on the same data, while series come
 * and go and windows pass. What was acknowledged is there afterwards, with its value and its
 * labels, and nothing is there that nobody wrote.
 */
class TsdbCrashTest {
  private static final Path FOLDER = Path.of("/data");
  // Of a few series: a flush of late samples is due now and then, and some are refused.
  private static final long LATE_BYTES = 10_000;
  private static final List<TenantId> TENANTS =
      List.of(TenantId.DEFAULT, new TenantId("Other Tenant/1"));

  @Test
  void whatWasAcknowledgedSurvivesAnyNumberOfCrashes() throws Exception {
    long seed = Long.getLong("seed", 1);
    System.out.println("TsdbCrashTest seed " + seed);
    SplittableRandom seeds = new SplittableRandom(seed);
    for (int round = 0; round < 40; round++) {
      long own = seeds.nextLong();
      try {
        new Story(own).play();
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("round %d with own seed %d".formatted(round, own), e);
      }
    }
  }

  private static final class Story {
    private final SplittableRandom random;
    private final FakeClock clock = new FakeClock(Instant.ofEpochMilli(1_760_000_000_000L));
    private final Map<Labels, TreeSet<Long>> acknowledged = new HashMap<>();
    private final Map<Labels, TreeSet<Long>> attempted = new HashMap<>();
    private SimFiles disk;
    private long time = clock.millis();

    Story(long seed) {
      random = new SplittableRandom(seed);
      disk = SimFiles.seeded(seed);
    }

    void play() throws Exception {
      for (int life = 0; life < 5; life++) {
        disk.cutPowerAt(random.nextInt(1, 250));
        live();
        disk = disk.crash();
      }
      try (Tsdb tsdb = open()) {
        check(tsdb);
        tsdb.flush();
        tsdb.maintain();
        check(tsdb);
      }
      try (Tsdb tsdb = open()) {
        check(tsdb);
      }
    }

    private Tsdb open() {
      TsdbConfig config =
          new TsdbConfig(
              FOLDER,
              Duration.ofHours(2),
              random.nextBoolean() ? 1 : 64 << 20,
              Duration.ofDays(1),
              new HeadConfig(
                  2,
                  Duration.ofDays(30),
                  Duration.ofMinutes(5),
                  Duration.ofMinutes(30),
                  random.nextBoolean() ? LATE_BYTES : 64 << 20,
                  100,
                  1 << 20,
                  SeriesLimits.DEFAULTS),
              new WalSettings(2_000, 1 << 20, Duration.ofSeconds(10)));
      return Tsdb.open(config, disk, clock, System::nanoTime, new PrometheusRegistry());
    }

    private void live() throws Exception {
      try (Tsdb tsdb = open()) {
        for (int step = 0; step < 60; step++) {
          switch (random.nextInt(14)) {
            case 0 -> tsdb.flush();
            case 1 -> tsdb.maintain();
            case 3 -> delete(tsdb);
            case 4 -> tsdb.cleanTombstones();
            case 2 -> advance(Duration.ofMinutes(random.nextInt(200)));
            default -> {
              write(tsdb);
              advance(Duration.ofMinutes(1));
            }
          }
        }
      } catch (Unavailable e) {
        // The power is off.
        assertThat(e.wayOut()).isNotEmpty();
      }
    }

    private void advance(Duration by) {
      clock.advance(by);
      time = clock.millis();
    }

    /** Deletes a part of some series; where that fails, either may be found afterwards. */
    private void delete(Tsdb tsdb) {
      List<Labels> all = new ArrayList<>(attempted.keySet());
      if (all.isEmpty()) {
        return;
      }
      Labels some = all.get(random.nextInt(all.size()));
      long end = time - Duration.ofMinutes(random.nextInt(300)).toMillis();
      long start = end - Duration.ofMinutes(random.nextInt(1000)).toMillis();
      LabelMatcher pod = LabelMatcher.equal("pod", some.get("pod"));
      String tenant = some.get("tenant");
      withoutDeleted(acknowledged, pod, tenant, start, end);
      tsdb.delete(new TenantId(tenant), List.of(List.of(pod)), start, end);
      withoutDeleted(attempted, pod, tenant, start, end);
      check(tsdb);
    }

    private static void withoutDeleted(
        Map<Labels, TreeSet<Long>> all, LabelMatcher pod, String tenant, long start, long end) {
      all.forEach(
          (labels, times) -> {
            if (pod.matches(labels.get("pod")) && labels.get("tenant").equals(tenant)) {
              times.subSet(start, true, end, true).clear();
            }
          });
    }

    private void write(Tsdb tsdb) {
      TenantId tenant = TENANTS.get(random.nextInt(2));
      Map<Labels, TreeSet<Long>> batch = new HashMap<>();
      // Series change their names every few hours, so that old ones leave and refs come again.
      long generation = time / Duration.ofHours(4).toMillis();
      for (int i = random.nextInt(1, 12); i > 0; i--) {
        TreeSet<Long> times = new TreeSet<>();
        for (int s = random.nextInt(1, 4); s > 0; s--) {
          // Some are hours late.
          long late = random.nextInt(5) == 0 ? random.nextInt(600) * 60_000L : 0;
          times.add(time - late - random.nextInt(4) * 10_000L);
        }
        String pod = random.nextInt(10) + (random.nextInt(3) == 0 ? "-fixed" : "-" + generation);
        batch.put(Labels.of("__name__", "m", "pod", pod, "tenant", tenant.value()), times);
      }
      batch.forEach((series, times) -> merge(attempted, series, times));
      WriteOutcome outcome = tsdb.write(tenant, batchOf(batch));
      // Late ones may find no room; they are then refused by themselves, and nobody says which.
      assertThat(outcome.refusals()).allMatch(r -> r.id() == ErrorId.LATE_SAMPLES_LIMIT);
      if (!outcome.refusals().isEmpty()) {
        return;
      }
      batch.forEach((series, times) -> merge(acknowledged, series, times));
    }

    private static void merge(Map<Labels, TreeSet<Long>> all, Labels series, Set<Long> times) {
      all.computeIfAbsent(series, _ -> new TreeSet<>()).addAll(times);
    }

    private WriteBatch batchOf(Map<Labels, TreeSet<Long>> series) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      List<Labels> order = new ArrayList<>(series.keySet());
      order.forEach(labels -> bytes.writeBytes(LabelBytes.encode(labels)));
      WriteBatch batch = new WriteBatch();
      batch.reset(bytes.toByteArray());
      int from = 0;
      for (Labels labels : order) {
        int to = from + LabelBytes.encode(labels).length;
        batch.addSeries(from, to);
        series
            .getOrDefault(labels, new TreeSet<>())
            .forEach(at -> batch.addSample(at, value(labels, at)));
        from = to;
      }
      return batch;
    }

    /** Some series never change, some always. */
    private static long value(Labels labels, long at) {
      boolean constant = labels.get("pod").charAt(0) % 2 == 0;
      return Double.doubleToRawLongBits(
          constant ? labels.hashCode() : labels.hashCode() + at * 0.1);
    }

    private void check(Tsdb tsdb) {
      Map<Labels, TreeSet<Long>> found = new HashMap<>();
      for (TenantId tenant : TENANTS) {
        Selection all =
            new Selection(List.of(LabelMatcher.equal("__name__", "m")), 0, time + 1_000_000);
        Labels before = null;
        try (SeriesCursor cursor = tsdb.select(tenant, all)) {
          SeriesBatch batch = new SeriesBatch();
          while (cursor.next(batch)) {
            for (int i = 0; i < batch.count(); i++) {
              Labels labels = batch.labels(i);
              assertThat(labels.get("tenant")).isEqualTo(tenant.value());
              assertThat(before == null || SeriesOrder.INSTANCE.compare(before, labels) < 0)
                  .isTrue();
              before = labels;
              found.put(labels, times(batch, i));
            }
          }
        }
      }
      acknowledged.forEach(
          (labels, times) ->
              assertThat(found.getOrDefault(labels, new TreeSet<>()))
                  .as("%s", labels)
                  .containsAll(times));
      found.forEach(
          (labels, times) ->
              assertThat(attempted.getOrDefault(labels, new TreeSet<>()))
                  .as("%s", labels)
                  .containsAll(times));
    }

    private static TreeSet<Long> times(SeriesBatch batch, int i) {
      TreeSet<Long> times = new TreeSet<>();
      for (int s = 0; s < batch.size(i); s++) {
        long at = batch.timestamps(i)[s];
        assertThat(times.isEmpty() || times.last() < at).isTrue();
        times.add(at);
        assertThat(Double.doubleToRawLongBits(batch.values(i)[s]))
            .as("%s at %d", batch.labels(i), at)
            .isEqualTo(value(batch.labels(i), at));
      }
      return times;
    }
  }
}
