package dev.vedette.tsdb.head;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RefSetTest {
  @Test
  void hasWhatWasAddedAndNotRemovedSince() {
    SplittableRandom random = new SplittableRandom(Long.getLong("seed", 1));
    RefSet set = new RefSet();
    BitSet expected = new BitSet();
    for (int i = 0; i < 5_000; i++) {
      int ref = random.nextInt(1 + i);
      if (random.nextInt(3) == 0) {
        set.remove(ref);
        expected.clear(ref);
      } else {
        set.add(ref);
        expected.set(ref);
      }
    }

    for (int ref = 0; ref < 10_000; ref++) {
      assertThat(set.has(ref)).as("%d", ref).isEqualTo(expected.get(ref));
    }
    assertThat(set.has(Integer.MAX_VALUE)).isFalse();
  }
}
