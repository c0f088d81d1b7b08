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
  void oldGarbageIsCollectedOnceItIsAQuarterOfAGigabyte() {
    look(200, 256, 257, 400, 456, 457, 400);

    assertThat(heap.collectedAt).containsExactly(257 * MIB, 457 * MIB);
  }

  @Test
  void oldGarbageIsCollectedOnceItIsHalfOfWhatIsInUseWhereThatIsMore() {
    heap.kept = 600;

    look(700, 856, 900, 901, 900, 901);

    assertThat(heap.collectedAt).containsExactly(700 * MIB, 901 * MIB, 901 * MIB);
  }

  @Test
  void whatWasHeldOnlyForAWhileIsCollectedByTheNextCollection() {
    heap.kept = 400;
    look(700);
    heap.kept = 200;

    look(600, 656, 657, 456, 457);

    assertThat(heap.collectedAt).containsExactly(700 * MIB, 657 * MIB, 457 * MIB);
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

  /** A minute apart. */
  private void look(long... usedMib) {
    try (HeapKeeper keeper = new HeapKeeper(heap, ticker, new PrometheusRegistry())) {
      for (long used : usedMib) {
        heap.used = used * MIB;
        keeper.look();
        ticker.advance(Duration.ofMinutes(1));
      }
    }
  }

  /** Keeps so many MiB in each collection. */
  private final class Heap implements HeapKeeper.OldGeneration {
    final List<Long> collectedAt = new ArrayList<>();
    long used;
    long kept = 200;
    long keptBytes;
    Duration pause = Duration.ZERO;

    @Override
    public long usedBytes() {
      return used;
    }

    @Override
    public long keptBytes() {
      return keptBytes;
    }

    @Override
    public void collect() {
      collectedAt.add(used);
      keptBytes = kept * MIB;
      ticker.advance(pause);
    }
  }
}
