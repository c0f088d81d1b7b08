package dev.vedette.querier.cache;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Parts of results of range queries, a day each, within a bound of memory: what was not asked for
 * the longest time goes first. Safe for all threads.
 */
final class ResultCache {
  // One part leaves room for others.
  private static final int SMALLEST_SHARE = 8;
  // Of each character of an expression: the key has it, and the part some of its plan.
  private static final long PLAN_BYTES = 16;
  // Of an entry besides its part: the key and what the map has of it.
  private static final int ENTRY_BYTES = 300;

  private record Entry(ResultPart part, long bytes) {}

  private final long maxBytes;
  private final Counter evicted;
  // Guarded by itself, in the order of the last use.
  private final Map<PartKey, Entry> parts = new LinkedHashMap<>(16, 0.75f, true);
  private volatile long bytes;

  /**
   * @param maxBytes for all parts together; 0 keeps none
   */
  ResultCache(long maxBytes, PrometheusRegistry registry) {
    this.maxBytes = maxBytes;
    this.evicted =
        Counter.builder()
            .name("vedette_querier_cache_evicted_parts_total")
            .help("Parts of results that went from the cache to make room.")
            .register(registry);
    GaugeWithCallback.builder()
        .name("vedette_querier_cache_bytes")
        .help("Memory that cached parts of results take.")
        .callback(gauge -> gauge.call(bytes))
        .register(registry);
    GaugeWithCallback.builder()
        .name("vedette_querier_cache_limit_bytes")
        .help("Memory that cached parts of results may take.")
        .callback(gauge -> gauge.call(maxBytes))
        .register(registry);
  }

  boolean isOff() {
    return maxBytes == 0;
  }

  Optional<ResultPart> get(PartKey key) {
    synchronized (parts) {
      return Optional.ofNullable(parts.get(key)).map(Entry::part);
    }
  }

  /** Keeps a part instead of what there was, unless it is too large. */
  void put(PartKey key, ResultPart part) {
    Entry entry =
        new Entry(part, part.bytes() + ENTRY_BYTES + PLAN_BYTES * key.expression().length());
    synchronized (parts) {
      remove(key);
      if (entry.bytes() > maxBytes / SMALLEST_SHARE) {
        return;
      }
      parts.put(key, entry);
      bytes += entry.bytes();
      Iterator<Entry> oldest = parts.values().iterator();
      while (bytes > maxBytes) {
        bytes -= oldest.next().bytes();
        oldest.remove();
        evicted.inc();
      }
    }
  }

  /** Forgets a part that is not right any more. */
  void remove(PartKey key) {
    synchronized (parts) {
      Entry before = parts.remove(key);
      bytes -= before == null ? 0 : before.bytes();
    }
  }

  long bytes() {
    return bytes;
  }
}
