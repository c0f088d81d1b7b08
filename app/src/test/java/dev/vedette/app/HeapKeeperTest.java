package dev.vedette.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HeapKeeperTest {
  private static final long MIB = 1 << 20;
  private final Heap heap = new Heap();

  @Test
  void oldGarbageIsCollectedOnceItIsHalfOfWhatIsInUseAndAQuarterOfAGigabyte() {
    try (HeapKeeper keeper = new HeapKeeper(heap, new PrometheusRegistry())) {
      for (long used : List.of(200L, 256L, 257L, 400L, 556L, 557L, 500L)) {
        heap.used = used * MIB;
        keeper.look();
      }
    }

    assertThat(heap.collectedAt).containsExactly(257 * MIB, 557 * MIB);
  }

  /** Keeps 200 MiB in each collection. */
  private static final class Heap implements HeapKeeper.OldGeneration {
    final List<Long> collectedAt = new ArrayList<>();
    long used;

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
    }
  }
}
