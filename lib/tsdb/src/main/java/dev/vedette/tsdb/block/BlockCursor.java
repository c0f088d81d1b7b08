package dev.vedette.tsdb.block;

import dev.vedette.model.BucketColumns;
import dev.vedette.model.Corruption;
import dev.vedette.model.Histogram;
import dev.vedette.model.Labels;
import dev.vedette.model.ReadCheck;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesBatch;
import dev.vedette.tsdb.encode.PageDecoder;
import dev.vedette.tsdb.index.BlockIndex;
import dev.vedette.tsdb.index.LabelReader;
import java.util.Arrays;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.PeekableIntIterator;
import org.roaringbitmap.buffer.ImmutableRoaringBitmap;

/**
 * Walks the matching series of a block, a page at a time, whole or in stretches. Holds its block
 * open until closed.
 */
final class BlockCursor implements RangedCursor {
  private final Block block;
  private final BlockIndex index;
  private final SamplesReader samples;
  private final @Nullable PagesOfBlock decoded;
  private final DeletedSeries deleted;
  private final @Nullable ExtrasReader extras;
  private final Supplier<@Nullable BucketsDecoder> buckets;
  private final DamageListener damage;
  private final ReadCheck check;
  private final ImmutableRoaringBitmap matching;
  private final int size;
  private final long startMillis;
  private final long endMillis;
  private final boolean keepsLabels;
  private @Nullable Stretch whole;
  // By place, made where they are asked for one by one.
  private int @Nullable [] ids;
  private boolean closed;

  /**
   * The caller has retained the block; closing gives it back.
   *
   * @param decoded pages to look into before they are decoded, and to keep them in, if they are to
   * @param check asked before each page but a reader's first
   */
  BlockCursor(
      Block block,
      BlockIndex index,
      SamplesReader samples,
      @Nullable PagesOfBlock decoded,
      @Nullable ExtrasReader extras,
      Supplier<@Nullable BucketsDecoder> buckets,
      DeletedSeries deleted,
      ImmutableRoaringBitmap series,
      Selection selection,
      DamageListener damage,
      ReadCheck check) {
    this.block = block;
    this.index = index;
    this.samples = samples;
    this.decoded = decoded;
    this.deleted = deleted;
    this.extras = extras;
    this.buckets = buckets;
    this.damage = damage;
    this.check = check;
    this.matching = series;
    this.size = series.getCardinality();
    this.startMillis = selection.startMillis();
    this.endMillis = selection.endMillis();
    // Who reads all series writes them again, and asks for none twice.
    this.keepsLabels = !selection.matchers().isEmpty();
  }

  @Override
  public boolean next(SeriesBatch batch) {
    if (closed) {
      throw new IllegalStateException("this cursor is closed");
    }
    Stretch all = whole;
    if (all == null) {
      all = new Reader(matching.getIntIterator(), Integer.MAX_VALUE);
      whole = all;
    }
    return all.next(batch);
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public Labels labels(int series) {
    return index.labels(ids()[series]);
  }

  /** Pages are decoded from their beginning on. */
  @Override
  public int cut(int series) {
    if (series == 0 || series >= size) {
      return Math.min(series, size);
    }
    int page = samples.pageOf(ids()[series - 1]);
    int end = samples.firstSeries(page) + samples.seriesCount(page);
    int next = Arrays.binarySearch(ids(), series, size, end);
    return next >= 0 ? next : -next - 1;
  }

  @Override
  public boolean isPaged() {
    return true;
  }

  /** Made by the thread that takes the cursor apart, before others read. */
  private int[] ids() {
    int[] known = ids;
    if (known == null) {
      known = matching.toArray();
      ids = known;
    }
    return known;
  }

  @Override
  public Stretch newReader() {
    ids();
    return new Reader(matching.getIntIterator(), 0);
  }

  /** Decodes one stretch after the other. */
  private final class Reader implements Stretch {
    // Made for the first page that is decoded: its tables take 60 kB.
    private @Nullable PageDecoder decoder;
    private final @Nullable ExtrasDecoder extrasDecoder =
        extras == null ? null : new ExtrasDecoder(extras, block.file().toString());
    private @Nullable BucketsDecoder ofBuckets = buckets.get();
    private final LabelReader labels = index.labelReader(keepsLabels);
    // Series of the page at hand as they were found when it was come to, or to be kept from then
    // on, by place in it.
    private final DecodedPage.@Nullable Column[] known =
        new DecodedPage.Column[SeriesBatch.CAPACITY];
    private boolean keeps;
    private final int[] wanted = new int[SeriesBatch.CAPACITY];
    private final double[][] values = new double[SeriesBatch.CAPACITY][];
    // The vector trimmed last, and the trimmed copy: neighbours mostly share theirs.
    private long[] trimmedOf = {};
    private long[] trimmed = {};
    private PeekableIntIterator series;
    // Before this one the stretch ends.
    private int endId;
    // Where the stretch begins.
    private int begun;
    private boolean hasRead;

    Reader(PeekableIntIterator series, int endId) {
      this.series = series;
      this.endId = endId;
      Arrays.fill(values, new double[0]);
    }

    @Override
    public void seek(int from, int to) {
      int[] all = ids();
      series = matching.getIntIterator();
      endId = to < all.length ? all[to] : Integer.MAX_VALUE;
      if (from < all.length) {
        series.advanceIfNeeded(all[from]);
      } else {
        endId = 0;
      }
      if (from < begun) {
        // Columns of buckets are read forward only.
        ofBuckets = buckets.get();
      }
      begun = from;
    }

    private boolean hasNext() {
      return series.hasNext() && series.peekNext() < endId;
    }

    @Override
    public boolean next(SeriesBatch batch) {
      batch.clear();
      while (batch.count() == 0 && hasNext()) {
        if (hasRead) {
          check.check();
        }
        hasRead = true;
        int number = samples.pageOf(series.peekNext());
        int first = samples.firstSeries(number);
        int count = gather(number);
        if (find(number, first, count)) {
          if (ofBuckets != null) {
            ofBuckets.upTo(wanted[count - 1]);
          }
          for (int i = 0; i < count; i++) {
            add(batch, wanted[i], wanted[i] - first);
          }
          if (decoded != null && keeps) {
            decoded.put(number, known);
          }
        }
      }
      return batch.count() > 0;
    }

    /** Sees to it that the wanted series of a page can be read; false where it is damaged. */
    private boolean find(int number, int first, int count) {
      if (decoded == null) {
        return open(number, wanted[count - 1] - first);
      }
      Arrays.fill(known, null);
      DecodedPage kept = decoded.ask(number);
      boolean isFound = kept != null && kept.read(wanted, count, first, known);
      decoded.count(isFound);
      keeps = !isFound && decoded.admits(number);
      return isFound || open(number, wanted[count - 1] - first);
    }

    private PageDecoder page() {
      PageDecoder page = decoder;
      if (page == null) {
        page = new PageDecoder(samples);
        decoder = page;
      }
      return page;
    }

    private boolean open(int number, int last) {
      try {
        page().open(number, last);
        return true;
      } catch (Corruption corruption) {
        damage.damaged(corruption);
        return false;
      }
    }

    /** Takes the series of one page off the iterator; returns how many. */
    private int gather(int number) {
      int end = samples.firstSeries(number) + samples.seriesCount(number);
      int count = 0;
      while (hasNext() && series.peekNext() < end) {
        wanted[count++] = series.next();
      }
      return count;
    }

    private void add(SeriesBatch batch, int id, int inPage) {
      int slot = batch.count();
      long[] timestamps;
      int from;
      int to;
      double[] column;
      @Nullable Histogram[] histograms = null;
      long[] starts = null;
      BucketColumns columns = null;
      try {
        DecodedPage.Column whole = whole(inPage);
        timestamps = whole == null ? page().timestamps(inPage) : whole.timestamps();
        from = firstNotBelow(timestamps, startMillis);
        to =
            endMillis == Long.MAX_VALUE
                ? timestamps.length
                : firstNotBelow(timestamps, endMillis + 1);
        if (from >= to) {
          return;
        }
        column = column(slot, inPage, whole, from, to);
        SeriesExtras extra = extras == null ? null : extras.find(id);
        if (extra != null && extrasDecoder != null) {
          histograms = extrasDecoder.histograms(extra, from, to);
          starts = extrasDecoder.starts(extra, from, to);
        }
        if (ofBuckets != null) {
          columns = ofBuckets.read(id, from, to, timestamps.length, histograms);
        }
      } catch (Corruption corruption) {
        // This one is a copy of a series in a page that is damaged, or its histograms or columns
        // are damaged: its neighbours need not be.
        damage.damaged(corruption);
        return;
      }
      if (!deleted.isEmpty()) {
        Runs kept = deleted.kept(id, timestamps, from, to);
        if (!kept.isEverything()) {
          addKept(
              batch,
              id,
              kept,
              Arrays.copyOfRange(timestamps, from, to),
              histograms,
              starts,
              columns);
          return;
        }
      }
      long[] trimmed = from == 0 ? timestamps : trim(timestamps, from);
      batch.add(labels.of(id), trimmed, column, histograms, starts, to - from);
      if (columns != null) {
        batch.setBuckets(columns);
      }
    }

    /** All of a series, where that is kept or to be kept; null where it is not. */
    private DecodedPage.@Nullable Column whole(int inPage) {
      DecodedPage.Column column = known[inPage];
      if (column == null && keeps) {
        long[] timestamps = page().timestamps(inPage);
        double[] all = new double[timestamps.length];
        page().values(inPage, 0, all.length, all);
        column = DecodedPage.Column.of(timestamps, all);
        known[inPage] = column;
      }
      return column;
    }

    /** Values of a range of samples: those that are kept themselves, or in an array of the slot. */
    private double[] column(
        int slot, int inPage, DecodedPage.@Nullable Column whole, int from, int to) {
      double[] all = whole == null ? null : whole.values();
      // Of few samples the array is as short as that of a page which is not kept. What is left of
      // deleted samples is moved within the array.
      if (all != null && to - from == all.length && deleted.isEmpty()) {
        return all;
      }
      int size = to - from;
      if (values[slot].length < size) {
        values[slot] = new double[size];
      }
      double[] own = values[slot];
      if (whole == null) {
        page().values(inPage, from, to, own);
      } else if (all == null) {
        Arrays.fill(own, 0, size, whole.constant());
      } else {
        System.arraycopy(all, from, own, 0, size);
      }
      return own;
    }

    private void addKept(
        SeriesBatch batch,
        int id,
        Runs kept,
        long[] timestamps,
        @Nullable Histogram @Nullable [] histograms,
        long @Nullable [] starts,
        @Nullable BucketColumns columns) {
      if (kept.size() > 0) {
        double[] column = values[batch.count()];
        kept.compact(timestamps);
        kept.compact(column);
        if (histograms != null) {
          kept.compact(histograms);
        }
        if (starts != null) {
          kept.compact(starts);
        }
        batch.add(labels.of(id), timestamps, column, histograms, starts, kept.size());
        if (columns != null) {
          kept.compact(columns);
          batch.setBuckets(columns);
        }
      }
    }

    @SuppressWarnings("ReferenceEquality") // Whether it is the shared array, whatever it holds.
    private long[] trim(long[] timestamps, int from) {
      if (trimmedOf != timestamps) {
        trimmedOf = timestamps;
        trimmed = Arrays.copyOfRange(timestamps, from, timestamps.length);
      }
      return trimmed;
    }
  }

  static int firstNotBelow(long[] timestamps, long millis) {
    int found = Arrays.binarySearch(timestamps, millis);
    return found >= 0 ? found : -found - 1;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      block.release();
    }
  }
}
