package dev.vedette.tsdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.model.SeriesParts;
import dev.vedette.model.TenantId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Reads taken apart: what all parts give, one behind the other, is what the cursor gives. */
class TsdbPartsTest {
  private static final int ROUNDS = 6;
  private static final int SERIES = 400;
  private static final int WINDOWS = 4;

  private final TestEngine engine = new TestEngine();

  @AfterEach
  void close() {
    engine.close();
  }

  @Test
  void partsGiveWhatTheCursorGivesWhateverIsInBlocksAndInMemory() {
    long seed = Long.getLong("seed", 1);
    System.out.println("TsdbPartsTest seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    int takenApart = 0;
    for (int round = 0; round < ROUNDS; round++) {
      write(random);
      for (LabelMatcher matcher :
          List.of(
              LabelMatcher.equal("job", "j" + random.nextInt(3)),
              new LabelMatcher(LabelMatcher.Type.NOT_EQUAL, "__name__", ""),
              LabelMatcher.equal("__name__", "nothing"))) {
        long from = TestEngine.START + random.nextInt(10) * TestEngine.HOUR;
        Selection selection =
            new Selection(List.of(matcher), from, from + random.nextInt(40) * TestEngine.HOUR);
        takenApart += comparePartsOf(selection, random);
        takenApart +=
            comparePartsOf(
                new Selection(
                    selection.matchers(),
                    selection.startMillis() + 1,
                    selection.endMillis(),
                    300_000,
                    Set.of()),
                random);
      }
    }
    assertThat(takenApart).as("reads of more than one part").isGreaterThan(5);
  }

  /** Some windows of samples, most of them flushed, of series that come and go. */
  private void write(SplittableRandom random) {
    for (int window = 0; window < WINDOWS; window++) {
      long at = engine.clock.millis();
      for (int i = 0; i < SERIES; i++) {
        if (random.nextInt(3) > 0) {
          Labels series = Labels.of("__name__", "m" + i % 5, "host", "h" + i, "job", "j" + i % 3);
          engine.write(series, at + random.nextInt(3) * 1000L, random.nextInt(5));
        }
      }
      engine.advance(Duration.ofMinutes(40 + random.nextInt(60)));
      switch (random.nextInt(4)) {
        case 0 -> {}
        case 1 -> engine.tsdb.maintain();
        default -> engine.tsdb.flush();
      }
    }
    LabelMatcher one = LabelMatcher.equal("host", "h" + random.nextInt(SERIES));
    engine.delete(one, TestEngine.START, engine.clock.millis());
  }

  /** Returns 1 where there were several parts. */
  private int comparePartsOf(Selection selection, SplittableRandom random) {
    List<String> expected = new ArrayList<>();
    try (SeriesCursor cursor = engine.tsdb.select(TenantId.DEFAULT, selection)) {
      SeriesBatch batch = new SeriesBatch();
      while (cursor.next(batch)) {
        addTo(expected, batch);
      }
    }
    try (SeriesCursor cursor = engine.tsdb.select(TenantId.DEFAULT, selection)) {
      Optional<SeriesParts> parts = cursor.parts(1 + random.nextInt(80));
      if (parts.isEmpty()) {
        assertThat(selection.isTier() || expected.isEmpty()).isTrue();
        return 0;
      }
      List<String> found = new ArrayList<>();
      inAnyOrder(parts.get(), random).forEach(found::addAll);
      assertThat(found).isEqualTo(expected);
      assertThat(parts.get().series()).isLessThanOrEqualTo(SERIES);
      return parts.get().count() > 1 ? 1 : 0;
    }
  }

  /** The parts, read by two readers forwards and backwards. */
  private static List<List<String>> inAnyOrder(SeriesParts parts, SplittableRandom random) {
    SeriesParts.Reader[] readers = {parts.newReader(), parts.newReader()};
    List<List<String>> found = new ArrayList<>();
    for (int i = 0; i < parts.count(); i++) {
      found.add(new ArrayList<>());
    }
    int[] order = random.ints(4L * parts.count(), 0, parts.count()).distinct().toArray();
    boolean[] isRead = new boolean[parts.count()];
    for (int part : order) {
      read(readers[random.nextInt(2)], part, found.get(part));
      isRead[part] = true;
    }
    for (int part = 0; part < isRead.length; part++) {
      if (!isRead[part]) {
        read(readers[0], part, found.get(part));
      }
    }
    return found;
  }

  private static void read(SeriesParts.Reader reader, int part, List<String> found) {
    SeriesBatch batch = new SeriesBatch();
    reader.seek(part);
    while (reader.next(batch)) {
      addTo(found, batch);
    }
    assertThat(batch.count()).isZero();
  }

  private static void addTo(List<String> found, SeriesBatch batch) {
    for (int i = 0; i < batch.count(); i++) {
      int size = batch.size(i);
      found.add(
          batch.labels(i)
              + Arrays.toString(Arrays.copyOf(batch.timestamps(i), size))
              + Arrays.toString(Arrays.copyOf(batch.values(i), size)));
    }
  }
}
