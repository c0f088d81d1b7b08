package dev.vedette.tsdb.wal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.LabelBytes;
import dev.vedette.model.Labels;
import dev.vedette.model.MetricMetadata;
import dev.vedette.model.MetricType;
import dev.vedette.model.RealFiles;
import dev.vedette.model.TenantId;
import dev.vedette.model.Ticker;
import dev.vedette.tsdb.wal.Collected.Sample;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WalOnRealDiskTest {
  @TempDir Path folder;

  @Test
  void whatManyThreadsAppendedIsReplayedInEachThreadsOrder() throws Exception {
    int threads = 8;
    int rounds = 50;
    try (Wal wal = open(new Collected());
        ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> running = new ArrayList<>();
      for (int thread = 0; thread < threads; thread++) {
        int ref = thread;
        running.add(executor.submit(() -> write(wal, ref, rounds)));
      }
      for (Future<?> one : running) {
        one.get();
      }
    }

    Collected found = new Collected();
    open(found).close();

    assertThat(found.series).hasSize(threads);
    for (int ref = 0; ref < threads; ref++) {
      int of = ref;
      List<Sample> samples = found.samples.stream().filter(s -> s.ref() == of).toList();
      List<Sample> expected = new ArrayList<>();
      for (int round = 0; round < rounds; round++) {
        expected.add(Sample.of(ref, 1000L + round, round / 8.0));
      }
      assertThat(samples).isEqualTo(expected);
    }
    assertThat(found.metadata.get("default/up"))
        .isEqualTo(new MetricMetadata("up", MetricType.GAUGE, "Whether it is up.", ""));
  }

  private static void write(Wal wal, int ref, int rounds) {
    WalRecords records = new WalRecords();
    byte[] labels = LabelBytes.encode(Labels.of("__name__", "up", "job", "j" + ref));
    records.series(ref, TenantId.DEFAULT, labels, 0, labels.length);
    records.metadata(
        TenantId.DEFAULT, new MetricMetadata("up", MetricType.GAUGE, "Whether it is up.", ""));
    for (int round = 0; round < rounds; round++) {
      records.sample(ref, 1000L + round, Double.doubleToRawLongBits(round / 8.0));
      wal.awaitDurable(wal.append(records));
      records.clear();
    }
  }

  private Wal open(Collected into) {
    Wal wal =
        new Wal(
            new RealFiles(),
            folder.resolve("wal"),
            WalSettings.defaults(),
            Ticker.system(),
            new PrometheusRegistry());
    wal.replay(into);
    return wal;
  }
}
