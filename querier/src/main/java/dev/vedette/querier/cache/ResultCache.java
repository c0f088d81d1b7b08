package dev.vedette.querier.cache;

import dev.vedette.model.TenantId;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Parts of results of range queries, a day each, within a bound of memory. Where room is needed, it
 * comes from the tenant that has more than its share: what of it was not asked for the longest time
 * goes first. Shares are equal among tenants that have anything; who is alone has everything. Safe
 * for all threads.
 */
final class ResultCache {
  // One part leaves room for others.
  private static final int SMALLEST_SHARE = 8;
  // Of each character of an expression: the key has it, and the part some of its plan.
  private static final long PLAN_BYTES = 16;
  // Of an entry besides its part: the key and what the map has of it.
  private static final int ENTRY_BYTES = 300;

  private record Entry(ResultPart part, long bytes) {}

  /** What a tenant has: parts in the order of their last use. */
  private static final class Own {
    final Map<PartKey, Entry> parts = new LinkedHashMap<>(16, 0.75f, true);
    long bytes;

    long remove(PartKey key) {
      Entry before = parts.remove(key);
      long gone = before == null ? 0 : before.bytes();
      bytes -= gone;
      return gone;
    }

    long removeOldest() {
      return remove(parts.keySet().iterator().next());
    }
  }

  private final long maxBytes;
  private final Counter evicted;
  // Guarded by itself; nobody who has nothing.
  private final Map<TenantId, Own> tenants = new HashMap<>();
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
    synchronized (tenants) {
      Own own = tenants.get(key.tenant());
      return own == null
          ? Optional.empty()
          : Optional.ofNullable(own.parts.get(key)).map(Entry::part);
    }
  }

  /** Keeps a part instead of what there was, unless it is too large. */
  void put(PartKey key, ResultPart part) {
    Entry entry =
        new Entry(part, part.bytes() + ENTRY_BYTES + PLAN_BYTES * key.expression().length());
    synchronized (tenants) {
      remove(key);
      if (entry.bytes() > maxBytes / SMALLEST_SHARE) {
        return;
      }
      Own own = tenants.computeIfAbsent(key.tenant(), _ -> new Own());
      own.parts.put(key, entry);
      own.bytes += entry.bytes();
      bytes += entry.bytes();
      while (bytes > maxBytes) {
        bytes -= largest().removeOldest();
        evicted.inc();
      }
      tenants.values().removeIf(each -> each.parts.isEmpty());
    }
  }

  /** Who has most has its share at least, and so is not the one who has nothing left. */
  private Own largest() {
    return Collections.max(tenants.values(), Comparator.comparingLong(own -> own.bytes));
  }

  /** Forgets a part that is not right any more. */
  void remove(PartKey key) {
    synchronized (tenants) {
      Own own = tenants.get(key.tenant());
      if (own != null) {
        bytes -= own.remove(key);
        if (own.parts.isEmpty()) {
          tenants.remove(key.tenant());
        }
      }
    }
  }

  long bytes() {
    return bytes;
  }
}
