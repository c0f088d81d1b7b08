package dev.vedette.tsdb.block;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.FileStore;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesOrder;
import dev.vedette.model.TenantId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;

/** Series held in memory, to write blocks of and to compare with what comes back. */
final class TestSeries {
  static final long START = 1_760_000_000_000L;
  static final long END = START + 7_200_000;

  private TestSeries() {}

  record One(Labels labels, long[] timestamps, long[] bits) {
    static One of(Labels labels, long[] timestamps, double... values) {
      long[] bits = new long[values.length];
      for (int i = 0; i < bits.length; i++) {
        bits[i] = Double.doubleToRawLongBits(values[i]);
      }
      return new One(labels, timestamps, bits);
    }
  }

  /** Whatever matches, at any time. */
  static Selection all(LabelMatcher... matchers) {
    return new Selection(List.of(matchers), Long.MIN_VALUE, Long.MAX_VALUE);
  }

  static BlockSpec spec() {
    return spec(1);
  }

  static BlockSpec spec(long seed) {
    return new BlockSpec(
        BlockId.create(START, new SplittableRandom(seed)),
        TenantId.DEFAULT,
        Long.MIN_VALUE / 2,
        END,
        1,
        List.of());
  }

  /** Writes a block and opens it; damage met by a cursor is thrown. */
  static Block write(FileStore files, Path folder, BlockSpec spec, List<One> series)
      throws IOException {
    new BlockWriter(files).write(folder, spec, source(series), BlockProgress.NONE);
    return open(files, BlockFiles.file(folder, spec.id()));
  }

  static Block open(FileStore files, Path file) throws IOException {
    return Block.open(
        files,
        file,
        corruption -> {
          throw corruption;
        });
  }

  /** Timestamps every 15 s from the start of the window. */
  static long[] regular(int count) {
    long[] timestamps = new long[count];
    for (int i = 0; i < count; i++) {
      timestamps[i] = START + 15_000L * i;
    }
    return timestamps;
  }

  static List<One> sorted(List<One> series) {
    List<One> sorted = new ArrayList<>(series);
    sorted.sort(Comparator.comparing(One::labels, SeriesOrder.INSTANCE));
    return sorted;
  }

  /** The series in order, as a source for a writer. */
  static SortedSeries source(List<One> series) {
    Iterator<One> next = sorted(series).iterator();
    return new SortedSeries() {
      private One one = new One(Labels.EMPTY, new long[0], new long[0]);

      @Override
      public boolean next() {
        if (!next.hasNext()) {
          return false;
        }
        one = next.next();
        return true;
      }

      @Override
      public Labels labels() {
        return one.labels;
      }

      @Override
      public int size() {
        return one.bits.length;
      }

      @Override
      public long[] timestamps() {
        return one.timestamps;
      }

      @Override
      public long[] valueBits() {
        return one.bits;
      }
    };
  }

  /** All that a source has, copied. */
  static List<One> drain(SortedSeries source) {
    List<One> all = new ArrayList<>();
    try (source) {
      while (source.next()) {
        all.add(
            new One(
                source.labels(),
                Arrays.copyOf(source.timestamps(), source.size()),
                Arrays.copyOf(source.valueBits(), source.size())));
      }
    }
    return all;
  }

  static void assertSame(List<One> expected, List<One> found) {
    assertThat(found).hasSameSizeAs(expected);
    for (int i = 0; i < expected.size(); i++) {
      One want = expected.get(i);
      One have = found.get(i);
      assertThat((Object) have.labels).isEqualTo(want.labels);
      assertThat(have.timestamps).as("timestamps of %s", want.labels).isEqualTo(want.timestamps);
      assertThat(have.bits).as("values of %s", want.labels).isEqualTo(want.bits);
    }
  }
}
