package dev.vedette.tsdb.head;

import dev.vedette.model.TenantId;

/** Told of what was stored, once readers see it and before its sender is told so. Any threads. */
@FunctionalInterface
public interface StoredTimes {
  StoredTimes IGNORED = (_, _, _) -> {};

  /** A request stored samples from the first to the last of these times. */
  void stored(TenantId tenant, long firstMillis, long lastMillis);
}
