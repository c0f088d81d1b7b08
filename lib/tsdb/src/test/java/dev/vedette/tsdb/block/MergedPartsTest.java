package dev.vedette.tsdb.block;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.model.SeriesBatch;
import dev.vedette.testkit.SimFiles;
import dev.vedette.tsdb.block.TestSeries.One;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Where blocks and memory are cut: each page is decoded about once, by whoever. */
class MergedPartsTest {
  private static final int SERIES = 640;
  private static final int PAGES = SERIES / SeriesBatch.CAPACITY;

  private final SimFiles disk = SimFiles.seeded(1);

  @Test
  void pagesAreDecodedOnceThoughMemoryHasMoreSeries() throws IOException {
    try (Counted block = new Counted(block(0, SERIES))) {
      MergedParts parts = new MergedParts(List.of(block, memory(0, SERIES + 1)), 1);

      assertThat(parts.count()).isEqualTo(PAGES);
      assertThat(read(parts)).isEqualTo(SERIES + 1);
      assertThat(block.pages).isEqualTo(PAGES);
    }
  }

  @Test
  void pagesOfASmallerBlockAreDecodedTwiceAtMost() throws IOException {
    try (Counted block = new Counted(block(0, SERIES));
        Counted smaller = new Counted(block(30, SERIES - 100))) {
      MergedParts parts = new MergedParts(List.of(smaller, block, memory(0, SERIES)), 1);

      assertThat(read(parts)).isEqualTo(SERIES);
      assertThat(block.pages).isEqualTo(PAGES);
      assertThat(smaller.pages).isLessThanOrEqualTo(2 * PAGES);
    }
  }

  @Test
  void aFewSeriesOfABlockDoNotKeepMemoryInOnePart() throws IOException {
    try (Counted block = new Counted(block(0, 10))) {
      MergedParts parts = new MergedParts(List.of(block, memory(0, SERIES)), 1);

      assertThat(parts.count()).isEqualTo(PAGES);
      assertThat(read(parts)).isEqualTo(SERIES);
    }
  }

  @Test
  void memoryAloneIsCutAsSmallAsIsAskedFor() {
    MergedParts parts = new MergedParts(List.of(memory(0, SERIES)), 10);

    assertThat(parts.count()).isEqualTo(SERIES / 10);
    assertThat(read(parts)).isEqualTo(SERIES);
  }

  private static Labels labels(int series) {
    return Labels.of("__name__", "m", "n", "%04d".formatted(series));
  }

  private RangedCursor block(int from, int to) throws IOException {
    List<One> series = new ArrayList<>();
    for (int i = from; i < to; i++) {
      series.add(One.of(labels(i), TestSeries.regular(3), i, i, i));
    }
    disk.createFolders(Path.of("/b"));
    try (Block block = TestSeries.write(disk, Path.of("/b"), TestSeries.spec(from + 1), series)) {
      return (RangedCursor) block.select(TestSeries.all(LabelMatcher.equal("__name__", "m")));
    }
  }

  private static RangedCursor memory(int from, int to) {
    return new Memory(IntStream.range(from, to).mapToObj(MergedPartsTest::labels).toList());
  }

  /** Returns how many series there are. */
  private static int read(MergedParts parts) {
    MergedParts.Reader reader = parts.newReader();
    SeriesBatch batch = new SeriesBatch();
    int series = 0;
    for (int part = 0; part < parts.count(); part++) {
      reader.seek(part);
      while (reader.next(batch)) {
        series += batch.count();
      }
    }
    return series;
  }

  /** A block whose pages are counted that stretches reach into: each is decoded for that. */
  private static final class Counted implements RangedCursor {
    private final RangedCursor block;
    int pages;

    Counted(RangedCursor block) {
      this.block = block;
    }

    @Override
    public int size() {
      return block.size();
    }

    @Override
    public Labels labels(int series) {
      return block.labels(series);
    }

    @Override
    public int cut(int series) {
      return block.cut(series);
    }

    @Override
    public boolean isPaged() {
      return block.isPaged();
    }

    @Override
    public Stretch newReader() {
      Stretch stretch = block.newReader();
      return new Stretch() {
        @Override
        public void seek(int from, int to) {
          for (int at = from; at < to; at = cut(at + 1)) {
            pages++;
          }
          stretch.seek(from, to);
        }

        @Override
        public boolean next(SeriesBatch batch) {
          return stretch.next(batch);
        }
      };
    }

    @Override
    public boolean next(SeriesBatch batch) {
      return block.next(batch);
    }

    @Override
    public void close() {
      block.close();
    }
  }

  /** Series of one sample each. */
  private static final class Memory extends ListedCursor {
    Memory(List<Labels> series) {
      super(series);
    }

    @Override
    public boolean isPaged() {
      return false;
    }

    @Override
    public Stretch newReader() {
      return new Places() {
        @Override
        public boolean next(SeriesBatch batch) {
          batch.clear();
          while (hasNext() && !batch.isFull()) {
            batch.add(labels(next()), new long[] {TestSeries.END}, new double[] {1}, 1);
          }
          return batch.count() > 0;
        }
      };
    }

    @Override
    public boolean next(SeriesBatch batch) {
      throw new UnsupportedOperationException("it is read in parts");
    }
  }
}
