package dev.vedette.tsdb.block;

import dev.vedette.model.Corruption;
import dev.vedette.tsdb.encode.ByteSource;
import dev.vedette.tsdb.encode.GroupEncoder;
import dev.vedette.tsdb.encode.Packed;
import dev.vedette.tsdb.encode.PageDecoder;
import dev.vedette.tsdb.encode.PageSource;
import dev.vedette.tsdb.encode.Piece;
import dev.vedette.tsdb.encode.PieceList;
import dev.vedette.tsdb.encode.PieceReader;
import dev.vedette.tsdb.encode.TokenTables;
import dev.vedette.tsdb.encode.Vectors;
import java.lang.ref.SoftReference;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** Finds the pages, tables and vectors of a block. Thread-safe. */
final class SamplesReader implements PageSource {
  private static final int MAX_DIRECTORY_BYTES = 256 << 20;

  private final PieceReader reader;
  private final Piece directory;
  private final Vectors vectors;
  private final PieceList tables;
  private final PieceList pages;
  // First page of each group and first series of each page, each with one more for the end.
  private final int[] firstPages;
  private final int[] firstSeries;
  private final AtomicReferenceArray<@Nullable SoftReference<TokenTables>> tablesCache;

  SamplesReader(PieceReader reader, Piece directory, int seriesCount) {
    this.reader = reader;
    this.directory = directory;
    ByteSource in = Packed.read(reader.read(directory), MAX_DIRECTORY_BYTES);
    vectors = new Vectors(reader, in);
    tables = PieceList.read(in);
    firstPages = readFirsts(in, tables.size(), Integer.MAX_VALUE);
    pages = PieceList.read(in);
    firstSeries = readFirsts(in, pages.size(), GroupEncoder.SERIES_PER_PAGE);
    in.expectEnd();
    if (firstPages[tables.size()] != pages.size() || firstSeries[pages.size()] != seriesCount) {
      throw in.damaged(
          "pages of %d series".formatted(seriesCount), "%d".formatted(firstSeries[pages.size()]));
    }
    tablesCache = new AtomicReferenceArray<>(tables.size());
  }

  /** Counts of at least 1, as the sums of those before. */
  private static int[] readFirsts(ByteSource in, int size, int max) {
    int[] firsts = new int[size + 1];
    for (int i = 0; i < size; i++) {
      int count = in.count("a count", Math.min(max, Integer.MAX_VALUE - firsts[i]));
      if (count == 0) {
        throw in.damaged("a count of at least 1", "0");
      }
      firsts[i + 1] = firsts[i] + count;
    }
    return firsts;
  }

  /** Bytes of the file by what they hold. */
  record Sizes(long values, long headers, long tables, long timestamps, long directory) {}

  Sizes sizes() {
    long headers = 0;
    for (int page = 0; page < pages.size(); page++) {
      headers += PageDecoder.headerBytes(reader.read(pages.get(page)));
    }
    return new Sizes(
        pages.storedBytes() - headers,
        headers,
        tables.storedBytes(),
        vectors.pieces().storedBytes(),
        directory.storedBytes());
  }

  void walk(Block.Pages each) {
    for (int page = 0; page < pages.size(); page++) {
      each.page(firstSeries[page], seriesCount(page), pages.get(page).storedBytes());
    }
  }

  /** Reads everything, and tells of each piece that is damaged. */
  void verify(Consumer<Corruption> damage) {
    verify(vectors.pieces().size(), vectors::piece, damage);
    verify(tables.size(), this::tablesOfGroup, damage);
    PageDecoder decoder = new PageDecoder(this);
    verify(pages.size(), page -> decodeAll(decoder, page), damage);
  }

  private void decodeAll(PageDecoder decoder, int page) {
    int count = seriesCount(page);
    decoder.open(page, count - 1);
    for (int i = 0; i < count; i++) {
      int size = decoder.timestamps(i).length;
      decoder.values(i, 0, size, new double[size]);
    }
  }

  private static void verify(int count, IntConsumer read, Consumer<Corruption> damage) {
    for (int i = 0; i < count; i++) {
      try {
        read.accept(i);
      } catch (Corruption corruption) {
        damage.accept(corruption);
      }
    }
  }

  int pageCount() {
    return pages.size();
  }

  @Override
  public Piece page(int page) {
    return pages.get(page);
  }

  @Override
  public PieceReader reader() {
    return reader;
  }

  @Override
  public int pageOf(int series) {
    return indexOf(firstSeries, series);
  }

  private static int indexOf(int[] firsts, int value) {
    int found = Arrays.binarySearch(firsts, value);
    return found >= 0 ? found : -found - 2;
  }

  @Override
  public int firstSeries(int page) {
    return firstSeries[page];
  }

  @Override
  public int seriesCount(int page) {
    return firstSeries[page + 1] - firstSeries[page];
  }

  @Override
  public int firstSeriesOfGroup(int page) {
    return firstSeries[firstPages[indexOf(firstPages, page)]];
  }

  @Override
  public TokenTables tables(int page) {
    return tablesOfGroup(indexOf(firstPages, page));
  }

  TokenTables tablesOfGroup(int group) {
    SoftReference<TokenTables> cached = tablesCache.get(group);
    TokenTables found = cached == null ? null : cached.get();
    if (found == null) {
      found = TokenTables.read(reader.read(tables.get(group)));
      tablesCache.set(group, new SoftReference<>(found));
    }
    return found;
  }

  @Override
  public int vectorCount() {
    return vectors.count();
  }

  @Override
  public long[] vector(int id) {
    return vectors.get(id);
  }
}
