package dev.vedette.tsdb.block;

import dev.vedette.model.Corruption;
import dev.vedette.model.FileStore;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesCursor;
import dev.vedette.tsdb.encode.PieceReader;
import dev.vedette.tsdb.index.BlockIndex;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.roaringbitmap.PeekableIntIterator;
import org.roaringbitmap.buffer.ImmutableRoaringBitmap;

/**
 * A block on disk, mapped. Opening reads the footer and two directories; the rest is read when
 * asked for.
 *
 * <p>Any number of threads. {@link #close} returns at once; the mapping goes when the last open
 * cursor and call are done, and asking a closed block anything throws {@link
 * IllegalStateException}. The file may be deleted while it is mapped.
 *
 * <p>A cursor goes around damaged pages and tells the {@link DamageListener}; damage in the index
 * throws {@link Corruption}, since what is missing is then unknown.
 */
public final class Block implements AutoCloseable {
  private final Path file;
  private final Arena arena;
  private final Footer footer;
  private final SamplesReader samples;
  private final BlockIndex index;
  private final DamageListener damage;
  // Owners: the opener, and each cursor or call in progress. At 0 the mapping is gone.
  private final AtomicInteger owners = new AtomicInteger(1);
  private final AtomicBoolean closed = new AtomicBoolean();

  private Block(Path file, Arena arena, MemorySegment mapped, DamageListener damage) {
    this.file = file;
    this.arena = arena;
    this.damage = damage;
    PieceReader reader = new PieceReader(mapped, file.toString());
    footer = Footer.read(mapped, reader);
    index = BlockIndex.open(reader, footer.index());
    samples = new SamplesReader(reader, footer.samples(), index.seriesCount());
    if (index.seriesCount() != footer.meta().series()) {
      throw new Corruption(
          file,
          footer.index().offset(),
          "%d series".formatted(footer.meta().series()),
          "%d".formatted(index.seriesCount()));
    }
  }

  /**
   * Opens a block.
   *
   * @throws Corruption where footer or directories are damaged
   */
  public static Block open(FileStore files, Path file, DamageListener damage) throws IOException {
    Arena arena = Arena.ofShared();
    try (FileStore.ReadFile mappable = files.open(file)) {
      return new Block(file, arena, mappable.map(arena), damage);
    } catch (IOException | RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  public BlockMeta meta() {
    return footer.meta();
  }

  public Path file() {
    return file;
  }

  /** Opens the matching series that have samples in the range. */
  public SeriesCursor select(Selection selection) {
    retain();
    try {
      return new BlockCursor(
          this,
          index,
          samples,
          index.match(selection.matchers()),
          selection.startMillis(),
          selection.endMillis(),
          damage);
    } catch (RuntimeException e) {
      release();
      throw e;
    }
  }

  /** All series with all samples, to be written again. Damaged pages are left out and told. */
  public SortedSeries readAll() {
    return new CursorSeries(select(new Selection(List.of(), Long.MIN_VALUE, Long.MAX_VALUE)));
  }

  /**
   * Label sets of the matching series, in {@code SeriesOrder}; at most {@code limit}, 0 for all.
   */
  public List<Labels> series(List<LabelMatcher> matchers, int limit) {
    return reading(
        index -> {
          List<Labels> series = new ArrayList<>();
          PeekableIntIterator ids = index.match(matchers).getIntIterator();
          while (ids.hasNext() && (limit == 0 || series.size() < limit)) {
            series.add(index.labels(ids.next()));
          }
          return series;
        });
  }

  /** Number of matching series. */
  public int seriesCount(List<LabelMatcher> matchers) {
    return reading(index -> index.match(matchers).getCardinality());
  }

  /** Names of labels of the matching series, sorted; without matchers of all. */
  public List<String> labelNames(List<LabelMatcher> matchers) {
    return reading(
        index -> {
          if (matchers.isEmpty()) {
            return index.labelNames();
          }
          ImmutableRoaringBitmap series = index.match(matchers);
          return index.labelNames(series);
        });
  }

  /** Values of a label among the matching series, sorted; without matchers among all. */
  public List<String> labelValues(String name, List<LabelMatcher> matchers) {
    return reading(
        index -> {
          if (matchers.isEmpty()) {
            return index.labelValues(name);
          }
          ImmutableRoaringBitmap series = index.match(matchers);
          return index.labelValues(name, series);
        });
  }

  /** Number of distinct values of a label. */
  public int labelValueCount(String name) {
    return reading(index -> index.valueCount(name));
  }

  /** Walks the values of a label in order, each with the number of series that have it. */
  public void countSeries(String labelName, BlockIndex.ValueCounts each) {
    reading(
        index -> {
          index.countSeries(labelName, each);
          return index;
        });
  }

  /** Where the block's bytes are. Reads all page headers. */
  public BlockStats stats() {
    return reading(
        index -> {
          SamplesReader.Sizes data = samples.sizes();
          BlockIndex.Sizes found = index.sizes();
          BlockMeta meta = footer.meta();
          long parts = data.values() + data.headers() + data.tables() + data.timestamps();
          long labels = found.strings() + found.columns() + found.postings();
          return new BlockStats(
              meta.series(),
              meta.samples(),
              meta.fileBytes(),
              data.values(),
              data.headers(),
              data.tables(),
              data.timestamps(),
              found.strings(),
              found.columns(),
              found.postings(),
              meta.fileBytes() - parts - labels);
        });
  }

  /** Reads and checks everything; returns what is damaged, empty for a sound block. */
  public List<Corruption> verify() {
    return reading(
        index -> {
          List<Corruption> found = new ArrayList<>();
          samples.verify(found::add);
          index.verify(found::add);
          return found;
        });
  }

  private <T> T reading(Function<BlockIndex, T> read) {
    retain();
    try {
      return read.apply(index);
    } finally {
      release();
    }
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      release();
    }
  }

  /** Whether the mapping is still there: not closed, or still being read. */
  boolean isOpen() {
    return owners.get() > 0;
  }

  private void retain() {
    int now = owners.get();
    while (!closed.get() && now > 0) {
      if (owners.compareAndSet(now, now + 1)) {
        return;
      }
      now = owners.get();
    }
    throw new IllegalStateException("block %s is closed".formatted(file));
  }

  void release() {
    if (owners.decrementAndGet() == 0) {
      arena.close();
    }
  }

  @Override
  public String toString() {
    return "Block[%s]".formatted(file);
  }
}
