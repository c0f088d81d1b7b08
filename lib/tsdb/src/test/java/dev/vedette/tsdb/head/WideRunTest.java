package dev.vedette.tsdb.head;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.Histogram;
import dev.vedette.model.SpecialValues;
import dev.vedette.testkit.RandomHistograms;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class WideRunTest {
  private final long seed = Long.getLong("seed", 1);
  private final SplittableRandom random = new SplittableRandom(seed);

  private record Sample(long bits, @Nullable Histogram histogram, long start) {}

  @Test
  void whateverIsPutAndTakenOutItIsASortedMap() {
    System.out.println("seed " + seed);
    for (int round = 0; round < 40; round++) {
      WideRun run = new WideRun();
      TreeMap<Long, Sample> expected = new TreeMap<>();
      RandomHistograms histograms = new RandomHistograms(random);
      List<Histogram> series = histograms.series(500);
      long time = random.nextInt(1000);
      for (int i = 0; i < series.size(); i++) {
        change(run, expected, series.get(i), time);
        time += random.nextInt(1, 4) * 5L;
      }
      assertSame(run, expected);
      assertThat(run.samples()).isEqualTo(expected.size());
      assertThat(run.isEmpty()).isEqualTo(expected.isEmpty());
      long from = random.nextLong(time);
      long to = from + random.nextLong(time);
      SampleRun part = new SampleRun();
      run.copy(from, to, part);
      assertThat(asMap(part)).isEqualTo(expected.subMap(from, true, to, true));
      Long below = expected.lowerKey(to);
      assertThat(run.newestBelow(to)).isEqualTo(below == null ? Long.MIN_VALUE : below);
    }
  }

  private void change(WideRun run, TreeMap<Long, Sample> expected, Histogram histogram, long time) {
    Sample sample =
        random.nextInt(5) == 0
            ? new Sample(random.nextLong(), null, random.nextInt(2))
            : new Sample(SpecialValues.STALE_BITS, histogram, random.nextInt(3));
    switch (random.nextInt(60)) {
      case 0 -> {
        long through = time - random.nextInt(300);
        run.dropThrough(through);
        expected.headMap(through, true).clear();
      }
      case 1 -> {
        SampleRun gone = new SampleRun();
        run.copy(time - random.nextInt(500), time - random.nextInt(200), gone);
        asMap(gone).keySet().forEach(expected::remove);
        run.remove(gone);
      }
      case 2, 3, 4, 5, 6, 7 -> put(run, expected, time - random.nextInt(600), sample);
      default -> put(run, expected, time, sample);
    }
  }

  private static void put(WideRun run, TreeMap<Long, Sample> expected, long time, Sample sample) {
    run.put(time, sample.bits, sample.histogram, sample.start);
    expected.put(time, sample);
  }

  private void assertSame(WideRun run, TreeMap<Long, Sample> expected) {
    SampleRun all = new SampleRun();
    run.copy(Long.MIN_VALUE, Long.MAX_VALUE, all);
    assertThat(asMap(all)).as("-Dseed=%d", seed).isEqualTo(expected);
  }

  private static Map<Long, Sample> asMap(SampleRun run) {
    TreeMap<Long, Sample> samples = new TreeMap<>();
    for (int i = run.from; i < run.to; i++) {
      samples.put(run.timestamps[i], new Sample(run.bits[i], run.histogram(i), run.start(i)));
    }
    return samples;
  }

  @Test
  void aReaderSeesThePartThatWasThereWhenItCame() throws Exception {
    List<Histogram> series = new RandomHistograms(random).series(3000);
    WideRun run = new WideRun();
    AtomicInteger written = new AtomicInteger();
    try (ExecutorService readers = Executors.newFixedThreadPool(2)) {
      Future<?> one = readers.submit(() -> readAll(run, series, written));
      Future<?> two = readers.submit(() -> readAll(run, series, written));
      for (int i = 0; i < series.size(); i++) {
        run.append(i, SpecialValues.STALE_BITS, series.get(i), 0);
        written.set(i + 1);
      }
      one.get();
      two.get();
    }
  }

  private static void readAll(WideRun run, List<Histogram> series, AtomicInteger written) {
    int size = 0;
    while (size < series.size()) {
      int least = written.get();
      SampleRun found = new SampleRun();
      run.copy(Long.MIN_VALUE, Long.MAX_VALUE, found);
      size = found.size();
      assertThat(size).isGreaterThanOrEqualTo(least);
      for (int i = 0; i < size; i++) {
        assertThat(found.timestamps[i]).isEqualTo(i);
        if (!series.get(i).equals(found.histogram(i))) {
          throw new AssertionError("histogram %d is not what was written".formatted(i));
        }
      }
    }
  }
}
