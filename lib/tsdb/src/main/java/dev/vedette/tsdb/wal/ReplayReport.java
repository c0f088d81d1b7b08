package dev.vedette.tsdb.wal;

import java.util.List;

/**
 * What a replay met.
 *
 * @param records intact records
 * @param series SERIES records among them
 * @param samples samples in them
 * @param bytes bytes read
 * @param tornBytes bytes cut from the end of the last segment: a write that was never acknowledged
 * @param damages damaged stretches, at most {@link #MAX_DAMAGES} of them
 */
public record ReplayReport(
    long records, long series, long samples, long bytes, long tornBytes, List<WalDamage> damages) {
  /** More damages are logged and counted, not kept. */
  public static final int MAX_DAMAGES = 1000;

  public ReplayReport {
    damages = List.copyOf(damages);
  }
}
