package dev.vedette.tsdb.wal;

import dev.vedette.model.FileStore;
import dev.vedette.model.LabelBytes;
import dev.vedette.model.Labels;
import dev.vedette.model.TenantId;
import dev.vedette.testkit.FakeTicker;
import dev.vedette.testkit.SimFiles;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** A log in a folder of a simulated disk, with salts of its own and quick retries. */
final class TestLog {
  static final Path FOLDER = Path.of("/data/wal");
  static final int SALT = 0x5A17;
  static final WalSettings SETTINGS = new WalSettings(1 << 20, 1 << 20, Duration.ofMillis(1));

  private TestLog() {}

  static SimFiles disk(long seed) throws IOException {
    SimFiles disk = SimFiles.seeded(seed);
    disk.createFolders(FOLDER);
    disk.syncFolder(Path.of("/"));
    disk.syncFolder(Path.of("/data"));
    return disk;
  }

  static Wal open(FileStore files, WalVisitor into) {
    return open(files, into, SETTINGS);
  }

  static Wal open(FileStore files, WalVisitor into, WalSettings settings) {
    Wal wal = unopened(files, settings, new PrometheusRegistry());
    wal.replay(into);
    return wal;
  }

  static Wal unopened(FileStore files, WalSettings settings, PrometheusRegistry registry) {
    return closing(files, settings, registry, Duration.ofMinutes(1));
  }

  /** One that waits so long for the disk when it is closed. */
  static Wal closing(
      FileStore files, WalSettings settings, PrometheusRegistry registry, Duration patience) {
    return new Wal(files, FOLDER, settings, new FakeTicker(), registry, () -> SALT, patience);
  }

  static ReplayReport replay(FileStore files, WalVisitor into) {
    try (Wal wal = unopened(files, SETTINGS, new PrometheusRegistry())) {
      return wal.replay(into);
    }
  }

  static void series(WalRecords records, int ref, String metric) {
    byte[] labels = LabelBytes.encode(Labels.of("__name__", metric));
    records.series(ref, TenantId.DEFAULT, labels, 0, labels.length);
  }

  static Path segment(long number) {
    return WalFolder.segment(FOLDER, number);
  }
}
