package dev.vedette.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.testkit.FakeTicker;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HeapKeeperTest {
  private static final long MIB = 1 << 20;
  private final FakeTicker ticker = new FakeTicker();
  private final Heap heap = new Heap();

  @Test
  void oldGarbageIsCollectedOnceItIsHalfOfWhatIsInUseAndAQuarterOfAGigabyte() {
    try (HeapKeeper keeper = new HeapKeeper(heap, ticker, new PrometheusRegistry())) {
      for (long used : List.of(200L, 256L, 257L, 400L, 556L, 557L, 500L)) {
        heap.used = used * MIB;
        keeper.look();
        ticker.advance(Duration.ofMinutes(1));
      }
    }

    assertThat(heap.collectedAt).containsExactly(257 * MIB, 557 * MIB);
  }

  @Test
  void collectionsTakeATwentiethOfTheTimeAtMostAndComeEveryThreeSecondsAtMost() {
    try (HeapKeeper keeper = new HeapKeeper(heap, ticker, new PrometheusRegistry())) {
      for (int second = 0; second < 60; second++) {
        heap.used = (1_000 + second) * MIB;
        heap.pause = Duration.ofMillis(second < 10 ? 1 : 500);
        keeper.look();
        ticker.advance(Duration.ofSeconds(1));
      }
    }

    assertThat(heap.collectedAt.stream().map(bytes -> bytes / MIB - 1_000))
        .containsExactly(0L, 3L, 6L, 9L, 12L, 22L, 32L, 42L, 52L);
  }

  /** Keeps 200 MiB in each collection. */
  private final class Heap implements HeapKeeper.OldGeneration {
    final List<Long> collectedAt = new ArrayList<>();
    long used;
    Duration pause = Duration.ZERO;

    @Override
    public long usedBytes() {
      return used;
    }

    @Override
    public long keptBytes() {
      return collectedAt.isEmpty() ? 0 : 200 * MIB;
    }

    @Override
    public void collect() {
      collectedAt.add(used);
      ticker.advance(pause);
    }
  }
}
