package dev.vedette.tsdb.repair;

import dev.vedette.tsdb.wal.WalDamage;
import java.nio.file.Path;
import java.util.List;

/**
 * What became of a log.
 *
 * @param damages every stretch that could not be read; without any, nothing was done
 * @param kept where the damaged files lie as they were
 */
public record LogOutcome(List<WalDamage> damages, List<Path> kept) {
  public LogOutcome {
    damages = List.copyOf(damages);
    kept = List.copyOf(kept);
  }

  /** Bytes that could not be read. */
  public long lostBytes() {
    return damages.stream().mapToLong(WalDamage::bytes).sum();
  }
}
