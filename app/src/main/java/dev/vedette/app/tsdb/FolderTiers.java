package dev.vedette.app.tsdb;

import dev.vedette.model.Corruption;
import dev.vedette.model.RealFiles;
import dev.vedette.tsdb.block.Block;
import dev.vedette.tsdb.tier.TierConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/** The tiers of a data folder whose server's settings are not at hand. */
public final class FolderTiers {
  private static final Duration FOR_EVER = Duration.ofDays(100 * 365);

  private FolderTiers() {}

  /** Those that any tenant has blocks of, by ascending resolution, kept for ever. */
  public static List<TierConfig> of(RealFiles files, Path folder) throws IOException {
    SortedSet<Long> resolutions = new TreeSet<>();
    for (Path file : DataFiles.blocks(files, folder)) {
      try (Block block = Block.open(files, file, _ -> {})) {
        if (block.meta().spec().isTier()) {
          resolutions.add(block.meta().resolutionMillis());
        }
      } catch (Corruption e) {
        // The engine sets it aside and says so.
      }
    }
    return resolutions.stream()
        .map(resolution -> new TierConfig(Duration.ofMillis(resolution), FOR_EVER, true))
        .toList();
  }
}
