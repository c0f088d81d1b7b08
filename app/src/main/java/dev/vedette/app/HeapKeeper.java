package dev.vedette.app;

import dev.vedette.model.Ticker;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps resident memory near what is in use. The parallel collector takes all the heap it may have
 * before it looks at old objects, which is up to half of the machine. Flushes and merges leave old
 * garbage behind, so here it is collected once it is worth it: when the old generation holds half
 * as much again as the last full collection left, or a quarter of a gigabyte where that is more.
 * That pause would come anyway, later and with more to look at. Other collectors are left alone.
 *
 * <p>Not the sum of the two: a collection while a merge runs leaves what the merge holds, and half
 * of that again came on top of the quarter. As it is, full collections took 0.3 % of the time in a
 * soak, and 0.14 % with the sum. Of the space beyond what is in use the same collection gives back
 * what {@code -XX:MaxHeapFreeRatio} in {@code ./vedette} says.
 */
final class HeapKeeper implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(HeapKeeper.class);
  private static final String POOL = "PS Old Gen";
  private static final long SLACK = 256L << 20;
  private static final Duration INTERVAL = Duration.ofSeconds(1);
  // Of the time at most a twentieth.
  private static final Duration LEAST_BETWEEN = Duration.ofSeconds(3);
  private static final int PAUSES_BETWEEN = 20;

  /** The old generation. */
  interface OldGeneration {
    long usedBytes();

    /** What the last full collection left; 0 before the first. */
    long keptBytes();

    void collect();
  }

  private final OldGeneration old;
  private final Ticker ticker;
  private final Counter collections;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("heap-keeper").factory());

  // When the next collection may begin.
  private long nextNanos;

  HeapKeeper(OldGeneration old, Ticker ticker, PrometheusRegistry registry) {
    this.old = old;
    this.ticker = ticker;
    this.nextNanos = ticker.nanos();
    this.collections =
        Counter.builder()
            .name("vedette_runtime_heap_collections_total")
            .help("Full collections asked for because old garbage had gathered.")
            .register(registry);
  }

  /** Looks every second; empty with a collector that keeps the heap small by itself. */
  static Optional<HeapKeeper> start(Ticker ticker, PrometheusRegistry registry) {
    return ManagementFactory.getMemoryPoolMXBeans().stream()
        .filter(pool -> pool.getName().equals(POOL))
        .findFirst()
        .map(
            pool -> {
              HeapKeeper keeper = new HeapKeeper(new Pool(pool), ticker, registry);
              keeper.thread.scheduleWithFixedDelay(
                  keeper::look, INTERVAL.toMillis(), INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
              return keeper;
            });
  }

  /** Collects where it is worth it, and the last time is long enough ago. */
  void look() {
    long kept = old.keptBytes();
    long used = old.usedBytes();
    long begun = ticker.nanos();
    if (used > kept + Math.max(kept / 2, SLACK) && begun - nextNanos >= 0) {
      old.collect();
      collections.inc();
      long ended = ticker.nanos();
      nextNanos = ended + Math.max(LEAST_BETWEEN.toNanos(), PAUSES_BETWEEN * (ended - begun));
      log.debug("heap collected: before={} after={}", used, old.usedBytes());
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }

  private record Pool(MemoryPoolMXBean bean) implements OldGeneration {
    @Override
    public long usedBytes() {
      return bean.getUsage().getUsed();
    }

    @Override
    public long keptBytes() {
      return bean.getCollectionUsage().getUsed();
    }

    @Override
    public void collect() {
      System.gc();
    }
  }
}
