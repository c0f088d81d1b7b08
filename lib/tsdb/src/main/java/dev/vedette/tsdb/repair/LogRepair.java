package dev.vedette.tsdb.repair;

import dev.vedette.model.Corruption;
import dev.vedette.model.FileStore;
import dev.vedette.model.Ticker;
import dev.vedette.tsdb.Tsdb;
import dev.vedette.tsdb.TsdbConfig;
import dev.vedette.tsdb.wal.WalDamage;
import dev.vedette.tsdb.wal.WalInspection;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/**
 * Brings all that is readable of a damaged log into blocks, and cuts the log. No process may use
 * the folder. Damaged files are kept below {@code damaged/} before.
 */
public final class LogRepair {
  private final FileStore files;
  private final Path dataFolder;
  private final Path wal;
  private final Clock clock;
  private final Ticker ticker;

  public LogRepair(FileStore files, Path dataFolder, Clock clock, Ticker ticker) {
    this.files = files;
    this.dataFolder = dataFolder;
    this.wal = dataFolder.resolve("wal");
    this.clock = clock;
    this.ticker = ticker;
  }

  /** Mends the log where something is wrong with it. Blocks must have been repaired before. */
  public LogOutcome repair() throws IOException {
    if (!files.exists(wal)) {
      return new LogOutcome(List.of(), List.of());
    }
    List<WalDamage> damages = WalInspection.of(files, wal).damages();
    KeptFiles keep = new KeptFiles(files, dataFolder);
    List<Path> kept = new ArrayList<>();
    for (Path file : damages.stream().map(WalDamage::file).distinct().toList()) {
      // A segment that is missing is damage, too.
      if (files.exists(file)) {
        kept.add(keep.copy(file));
      }
    }
    if (!damages.isEmpty()) {
      rewrite(damages.size());
    }
    return new LogOutcome(damages, kept);
  }

  /** The engine reads around damage by itself; only a file of an unknown form stops it. */
  private void rewrite(int attempts) throws IOException {
    for (int attempt = 0; ; attempt++) {
      try (Tsdb tsdb =
          Tsdb.open(
              TsdbConfig.forTools(dataFolder), files, clock, ticker, new PrometheusRegistry())) {
        tsdb.flush();
        return;
      } catch (Corruption e) {
        Path stopping = Path.of(e.file());
        if (attempt == attempts || !stopping.startsWith(wal)) {
          throw e;
        }
        files.delete(stopping);
        files.syncFolder(wal);
      }
    }
  }
}
