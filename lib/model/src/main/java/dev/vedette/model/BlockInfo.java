package dev.vedette.model;

import java.util.List;

/**
 * A block of a tenant, as {@code /api/v1/status/tsdb/blocks} shows it.
 *
 * @param id a ULID
 * @param firstMillis time of the oldest sample, in Unix milliseconds
 * @param lastMillis time of the newest sample
 * @param samples samples, or buckets of a tier
 * @param level 1 for a block from memory, one more for each merge
 * @param sources ids of the blocks it was merged from
 * @param resolutionMillis length of the buckets of a tier's block; 0 for samples as they are
 */
public record BlockInfo(
    String id,
    long firstMillis,
    long lastMillis,
    long series,
    long samples,
    long bytes,
    int level,
    List<String> sources,
    long resolutionMillis) {
  public BlockInfo {
    sources = List.copyOf(sources);
  }
}
