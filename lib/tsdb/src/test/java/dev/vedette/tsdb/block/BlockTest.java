package dev.vedette.tsdb.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.model.RealFiles;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.tsdb.block.TestSeries.One;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlockTest {
  @TempDir private Path folder;
  private final RealFiles files = new RealFiles();

  @Test
  void whatWasWrittenComesBackBitByBit() throws IOException {
    List<One> series = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      double[] values = new double[120];
      for (int j = 0; j < values.length; j++) {
        values[j] = i % 3 == 0 ? i : i * 0.1 * j;
      }
      series.add(One.of(labels(i), TestSeries.regular(120), values));
    }

    try (Block block = write(series)) {
      assertThat(block.meta().series()).isEqualTo(200);
      assertThat(block.meta().samples()).isEqualTo(200 * 120);
      TestSeries.assertSame(TestSeries.sorted(series), TestSeries.drain(block.readAll()));
    }
  }

  @Test
  void aCursorGivesOnlyWhatMatchesInTheRange() throws IOException {
    List<One> series = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      series.add(One.of(labels(i), TestSeries.regular(10), 0, 1, 2, 3, 4, 5, 6, 7, 8, 9));
    }

    try (Block block = write(series);
        SeriesCursor cursor =
            block.select(
                new Selection(
                    List.of(LabelMatcher.equal("pod", "p7")),
                    TestSeries.START + 15_000,
                    TestSeries.START + 45_000))) {
      SeriesBatch batch = new SeriesBatch();
      assertThat(cursor.next(batch)).isTrue();
      assertThat(batch.count()).isEqualTo(1);
      assertThat((Object) batch.labels(0)).isEqualTo(labels(7));
      assertThat(batch.size(0)).isEqualTo(3);
      assertThat(batch.timestamps(0)).startsWith(TestSeries.START + 15_000);
      assertThat(batch.values(0)).startsWith(1, 2, 3);
      assertThat(cursor.next(batch)).isFalse();
    }
  }

  @Test
  void noSeriesMakeNoBlock() throws IOException {
    Optional<BlockMeta> written =
        new BlockWriter(files)
            .write(folder, TestSeries.spec(), TestSeries.source(List.of()), BlockProgress.NONE);

    assertThat(written).isEmpty();
    assertThat(files.list(folder)).isEmpty();
  }

  @Test
  void anOpenCursorKeepsAClosedBlockReadable() throws IOException {
    Block block = write(List.of(One.of(labels(1), TestSeries.regular(2), 1, 2)));
    try (SeriesCursor cursor = block.select(all())) {
      block.close();

      assertThat(cursor.next(new SeriesBatch())).isTrue();
    }
    assertThatThrownBy(() -> block.select(all())).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void whoeverRetainsABlockOpensCursorsAfterItWasClosed() throws IOException {
    Block block = write(List.of(One.of(labels(1), TestSeries.regular(2), 1, 2)));
    assertThat(block.tryRetain()).isTrue();
    block.close();
    assertThat(block.tryRetain()).as("by somebody else").isFalse();

    try (SeriesCursor cursor = block.select(all())) {
      assertThat(cursor.next(new SeriesBatch())).isTrue();
    }
    block.release();
    assertThatThrownBy(() -> block.select(all())).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void labelsAreFoundWithAndWithoutMatchers() throws IOException {
    List<One> series = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      series.add(One.of(labels(i), TestSeries.regular(1), i));
    }

    try (Block block = write(series)) {
      assertThat(block.labelNames(TestSeries.all())).containsExactly("__name__", "pod", "zone");
      assertThat(block.labelValues("zone", TestSeries.all()))
          .containsExactly("z0", "z1", "z2", "z3");
      assertThat(block.labelValues("pod", TestSeries.all(LabelMatcher.equal("zone", "z1"))))
          .hasSize(25);
      assertThat(block.series(TestSeries.all(LabelMatcher.equal("zone", "z1")), 3)).hasSize(3);
      assertThat(block.seriesCount(List.of(LabelMatcher.equal("zone", "z1")))).isEqualTo(25);
    }
  }

  private static Labels labels(int i) {
    return Labels.of("__name__", "m", "pod", "p" + i, "zone", "z" + i % 4);
  }

  private static Selection all() {
    return new Selection(List.of(), Long.MIN_VALUE, Long.MAX_VALUE);
  }

  private Block write(List<One> series) throws IOException {
    return TestSeries.write(files, folder, TestSeries.spec(), series);
  }
}
