package dev.vedette.tsdb.block;

import dev.vedette.model.BucketColumn;
import dev.vedette.model.Corruption;
import dev.vedette.model.FileStore;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.model.ReadCheck;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesCursor;
import dev.vedette.tsdb.encode.Piece;
import dev.vedette.tsdb.encode.PieceReader;
import dev.vedette.tsdb.index.BlockIndex;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
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
  private final @Nullable ExtrasReader extras;
  private final @Nullable BucketsReader buckets;
  private final BlockIndex index;
  private final DamageListener damage;
  private final @Nullable PagesOfBlock decoded;
  private volatile DeletedSeries deleted = DeletedSeries.NONE;
  private volatile boolean isDamaged;
  // Owners: the opener, and each cursor or call in progress. At 0 the mapping is gone.
  private final AtomicInteger owners = new AtomicInteger(1);
  private final AtomicBoolean closed = new AtomicBoolean();

  private Block(
      Path file,
      Arena arena,
      MemorySegment mapped,
      DamageListener damage,
      DecodedPages decodedPages) {
    this.file = file;
    this.arena = arena;
    this.damage =
        corruption -> {
          isDamaged = true;
          damage.damaged(corruption);
        };
    PieceReader reader = new PieceReader(mapped, file.toString());
    footer = Footer.read(mapped, reader);
    index = BlockIndex.open(reader, footer.index());
    samples = new SamplesReader(reader, footer.samples(), index.seriesCount());
    Piece extrasDirectory = footer.extras();
    extras = extrasDirectory == null ? null : new ExtrasReader(reader, extrasDirectory);
    Piece bucketsDirectory = footer.buckets();
    buckets =
        bucketsDirectory == null
            ? null
            : new BucketsReader(
                reader, bucketsDirectory, footer.bucketHistograms(), index.seriesCount());
    // Buckets of tiers are few, and their columns are read in other ways.
    decoded =
        buckets == null && decodedPages.keepsAny()
            ? new PagesOfBlock(decodedPages, samples.pageCount())
            : null;
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
    return open(files, file, damage, DecodedPages.none());
  }

  /**
   * Opens a block whose pages stay decoded as far as there is room.
   *
   * @throws Corruption where footer or directories are damaged
   */
  public static Block open(FileStore files, Path file, DamageListener damage, DecodedPages decoded)
      throws IOException {
    Arena arena = Arena.ofShared();
    try (FileStore.ReadFile mappable = files.open(file)) {
      return new Block(file, arena, mappable.map(arena), damage, decoded);
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

  /** What every read that begins from now on leaves out, instead of what was said before. */
  public void delete(List<Deletion> deletions) {
    deleted = new DeletedSeries(deletions, meta().resolutionMillis());
  }

  /** What reads leave out. */
  public List<Deletion> deletions() {
    return deleted.deletions();
  }

  /** Number of series of which something is deleted. */
  public int deletedSeries() {
    return reading(index -> deleted.in(index).count());
  }

  /** Whether some read went around damage. */
  public boolean isDamaged() {
    return isDamaged;
  }

  /** Opens the matching series that have samples in the range. */
  public SeriesCursor select(Selection selection) {
    return select(selection, ReadCheck.NONE);
  }

  /**
   * The same for who may stop waiting.
   *
   * @param check asked before each page but the first
   */
  public SeriesCursor select(Selection selection, ReadCheck check) {
    return select(selection, damage, decoded, check);
  }

  /**
   * The same with a listener of its own, which may throw what it is told. For what is read once:
   * pages are decoded, and not kept.
   */
  public SeriesCursor select(Selection selection, DamageListener damage) {
    return select(selection, damage, null, ReadCheck.NONE);
  }

  private SeriesCursor select(
      Selection selection, DamageListener damage, @Nullable PagesOfBlock pages, ReadCheck check) {
    retain();
    try {
      return new BlockCursor(
          this,
          index,
          samples,
          pages,
          extras,
          () ->
              buckets == null
                  ? null
                  : new BucketsDecoder(buckets, selection.columns(), file.toString()),
          deleted.in(index),
          match(index, selection),
          selection,
          damage,
          check);
    } catch (RuntimeException e) {
      release();
      throw e;
    }
  }

  /** All series with all samples, to be written again. Damaged pages are left out and told. */
  public SortedSeries readAll() {
    return new CursorSeries(select(everything(meta().resolutionMillis()), damage));
  }

  static Selection everything(long resolutionMillis) {
    return new Selection(
        List.of(),
        Long.MIN_VALUE,
        Long.MAX_VALUE,
        resolutionMillis,
        EnumSet.allOf(BucketColumn.class));
  }

  /**
   * Label sets of the matching series, in {@code SeriesOrder}; at most {@code limit}, 0 for all.
   * Left out are series of which one deletion took everything that lies in the range.
   */
  public List<Labels> series(Selection selection, int limit) {
    return reading(
        index -> {
          List<Labels> series = new ArrayList<>();
          PeekableIntIterator ids = match(index, selection).getIntIterator();
          while (ids.hasNext() && (limit == 0 || series.size() < limit)) {
            series.add(index.labels(ids.next()));
          }
          return series;
        });
  }

  private ImmutableRoaringBitmap match(BlockIndex index, Selection selection) {
    return deleted
        .in(index)
        .alive(
            index.match(selection.matchers()),
            Math.max(selection.startMillis(), meta().firstMillis()),
            Math.min(selection.endMillis(), meta().lastMillis()));
  }

  /** About how many series match: at most so many, or just as many where some are deleted. */
  public long estimate(Selection selection) {
    return reading(
        index ->
            deleted.isEmpty()
                ? index.atMost(selection.matchers())
                : match(index, selection).getLongCardinality());
  }

  /** Number of matching series, deleted ones included. */
  public int seriesCount(List<LabelMatcher> matchers) {
    return reading(index -> index.match(matchers).getCardinality());
  }

  /** Whether a deletion may take samples of it: of its time, and of series that it has. */
  public boolean isTouchedBy(Deletion deletion) {
    return meta().overlaps(deletion.startMillis(), deletion.endMillis())
        && seriesCount(deletion.matchers()) > 0;
  }

  /** Names of labels of the matching series, sorted; without matchers of all. */
  public List<String> labelNames(Selection selection) {
    return reading(
        index ->
            isWhole(selection) ? index.labelNames() : index.labelNames(match(index, selection)));
  }

  /** Values of a label among the matching series, sorted; without matchers among all. */
  public List<String> labelValues(String name, Selection selection) {
    return reading(
        index ->
            isWhole(selection)
                ? index.labelValues(name)
                : index.labelValues(name, match(index, selection)));
  }

  private boolean isWhole(Selection selection) {
    return selection.matchers().isEmpty() && deleted.isEmpty();
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

  /** Labels of a series, by its place in {@code SeriesOrder} among those of the block, from 0. */
  public Labels labels(int series) {
    return reading(index -> index.labels(series));
  }

  /** Receives a page: neighbouring series, and the bytes of their values in the file. */
  @FunctionalInterface
  public interface Pages {
    void page(int firstSeries, int seriesCount, long bytes);
  }

  /** Walks the pages in the order of their series; reads nothing but what open has read. */
  public void pages(Pages each) {
    samples.walk(each);
  }

  /** Where the block's bytes are. Reads all page headers. */
  public BlockStats stats() {
    return reading(
        index -> {
          SamplesReader.Sizes data = samples.sizes();
          BlockIndex.Sizes found = index.sizes();
          BlockMeta meta = footer.meta();
          long parts = data.values() + data.headers() + data.tables() + data.timestamps();
          long extraBytes = extras == null ? 0 : extras.storedBytes();
          long bucketBytes = buckets == null ? 0 : buckets.storedBytes();
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
              extraBytes,
              extras == null ? 0 : extras.histograms(),
              bucketBytes,
              meta.fileBytes() - parts - labels - extraBytes - bucketBytes);
        });
  }

  /** Reads and checks everything; returns what is damaged, empty for a sound block. */
  public List<Corruption> verify() {
    return reading(
        index -> {
          List<Corruption> found = new ArrayList<>();
          samples.verify(found::add);
          if (extras != null) {
            extras.verify(found::add);
          }
          if (buckets != null) {
            buckets.verify(found::add);
          }
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

  // Also after it was closed, as long as somebody reads it: that may be the caller, by tryRetain.
  private void retain() {
    if (owners.getAndUpdate(now -> now > 0 ? now + 1 : now) <= 0) {
      throw new IllegalStateException("block %s is closed".formatted(file));
    }
  }

  /** Keeps the mapping until {@link #release}; false where the block was closed before. */
  public boolean tryRetain() {
    int now = owners.get();
    while (!closed.get() && now > 0) {
      if (owners.compareAndSet(now, now + 1)) {
        return true;
      }
      now = owners.get();
    }
    return false;
  }

  /** Ends what {@link #tryRetain} began. */
  public void release() {
    if (owners.decrementAndGet() == 0) {
      if (decoded != null) {
        decoded.close();
      }
      arena.close();
    }
  }

  @Override
  public String toString() {
    return "Block[%s]".formatted(file);
  }
}
