package dev.vedette.tsdb.encode;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Codes the values of a run of series, the pages of a group: what may refer to each other and is
 * coded by the same tables. Series are analysed and turned into tokens as they come; tables are
 * made of all tokens once the group is full, and then the pages are written.
 *
 * <p>A full group holds about {@value #MAX_TOKENS} tokens at up to eleven bytes each. Not
 * thread-safe.
 *
 * <p>Bytes: {@code docs/format/page.md}.
 */
public final class GroupEncoder {
  public static final int SERIES_PER_PAGE = 64;

  /** Samples after which a page ends before it has all its series. */
  static final int MAX_PAGE_SAMPLES = 1 << 19;

  private static final int MAX_TOKENS = 2 << 20;
  private static final int MAX_SERIES = 64 << 10;
  // A reference costs two or three bytes; steps that take less are coded again. In half bits.
  private static final long MIN_COPY_COST = 80;

  private final SeriesAnalysis analysis = new SeriesAnalysis();
  private final CopyFinder copies = new CopyFinder();
  private final List<SeriesCode> series = new ArrayList<>();
  private final List<Page> pages = new ArrayList<>();
  private int[] vectors = new int[1024];
  private final TokenStreams streams = new TokenStreams();
  private final BitSink raw = new BitSink();
  private final HeaderEncoder headers = new HeaderEncoder();
  // State of the page being filled.
  private int pageFrom;
  private int pageSamples;
  private int streamsFrom;
  private byte[] siblingClasses = {};
  private byte[] siblingCorrectionClasses = {};
  private long[] sibling = {};
  private int siblingSize;

  /** A finished page: series and streams, each from (inclusive) to (exclusive). */
  private record Page(int from, int to, int streamsFrom, int streamsTo, byte[] raw) {}

  /** Adds the next series of the block. */
  public void add(int vectorId, long[] valueBits, int size) {
    if (pageSamples > 0 && pageSamples + size > MAX_PAGE_SAMPLES) {
      finishPage();
    }
    analysis.begin(valueBits, size);
    SeriesCode code = analysis.code;
    int index = series.size();
    if (!analysis.constant) {
      CopyFinder.@Nullable Copy copy =
          analysis.cost() >= MIN_COPY_COST ? copies.findOrAdd(analysis, size, index) : null;
      if (copy != null) {
        analysis.copy(index - copy.index(), copy.factor());
      } else {
        analysis.finish(size, siblingSize == size ? sibling : null);
        addTokens(code, size);
        becomeSibling(size);
      }
    }
    if (index == vectors.length) {
      vectors = Arrays.copyOf(vectors, index * 2);
    }
    vectors[index] = vectorId;
    series.add(code);
    pageSamples += size;
    if (series.size() - pageFrom == SERIES_PER_PAGE) {
      finishPage();
    }
  }

  private void addTokens(SeriesCode code, int size) {
    if (siblingClasses.length < size) {
      siblingClasses = Arrays.copyOf(siblingClasses, Math.max(size, 512));
      siblingCorrectionClasses = Arrays.copyOf(siblingCorrectionClasses, siblingClasses.length);
    }
    if (code.predictor.hasResiduals()) {
      streams.add(series.size(), false, analysis.residuals, size, siblingClasses, raw);
    }
    if (code.hasCorrections() && code.correctionPredictor.hasResiduals()) {
      streams.add(
          series.size(), true, analysis.correctionResiduals, size, siblingCorrectionClasses, raw);
    }
  }

  private void becomeSibling(int size) {
    if (sibling.length < size) {
      sibling = new long[size];
    }
    System.arraycopy(analysis.x, 0, sibling, 0, size);
    siblingSize = size;
  }

  private void finishPage() {
    ByteSink bytes = new ByteSink((int) (raw.size() >>> 3) + 1);
    raw.writeTo(bytes);
    raw.clear();
    pages.add(new Page(pageFrom, series.size(), streamsFrom, streams.count(), bytes.toBytes()));
    pageFrom = series.size();
    streamsFrom = streams.count();
    pageSamples = 0;
    siblingSize = 0;
    Arrays.fill(siblingClasses, (byte) 0);
    Arrays.fill(siblingCorrectionClasses, (byte) 0);
  }

  public int seriesCount() {
    return series.size();
  }

  /** Whether the group should be written now. True only between two pages. */
  public boolean isFull() {
    return pageFrom == series.size()
        && (streams.tokenCount() >= MAX_TOKENS || series.size() >= MAX_SERIES);
  }

  /** Receives the pages of a group as they are written. */
  @FunctionalInterface
  public interface PageListener {
    void written(Piece page, int seriesCount);
  }

  /** Writes the group's tables and pages, and begins the next group. Returns the tables' piece. */
  public Piece write(PieceSink out, PageListener listener) throws IOException {
    if (pageFrom < series.size()) {
      finishPage();
    }
    TokenTables tables = TokenTables.train(streams);
    for (int i = 0; i < streams.count(); i++) {
      SeriesCode code = series.get(streams.series(i));
      if (streams.isCorrection(i)) {
        code.correctionTableSet = streams.set(i);
      } else {
        code.tableSet = streams.set(i);
      }
    }
    ByteSink bytes = new ByteSink();
    tables.write(bytes);
    Piece piece = out.write(bytes);
    for (Page page : pages) {
      bytes.clear();
      write(page, tables, bytes);
      listener.written(out.write(bytes), page.to - page.from);
    }
    clear();
    return piece;
  }

  private void write(Page page, TokenTables tables, ByteSink out) {
    PageHeader header = new PageHeader();
    header.reset(vectors[page.from]);
    out.varint(vectors[page.from]);
    headers.reset();
    for (int i = page.from; i < page.to; i++) {
      header.write(headers, series.get(i), vectors[i]);
    }
    headers.finish(out);
    if (page.streamsFrom < page.streamsTo) {
      streams.encode(page.streamsFrom, page.streamsTo, tables, out);
      out.raw(page.raw);
    }
  }

  private void clear() {
    series.clear();
    pages.clear();
    streams.clear();
    copies.clear();
    pageFrom = 0;
    streamsFrom = 0;
  }
}
