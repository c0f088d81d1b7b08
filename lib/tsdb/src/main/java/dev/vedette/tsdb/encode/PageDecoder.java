package dev.vedette.tsdb.encode;

import dev.vedette.model.Corruption;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Decodes pages one after another. What {@link #timestamps} and {@link #values} give belongs to the
 * page opened last. One thread; memory as the largest page opened, and four more where series are
 * copies of series in other pages.
 */
public final class PageDecoder {
  private static final int MAX_FOREIGN = 4;
  private static final int NO_SIBLING = -1;

  private final PageSource source;
  private final HeaderDecoder headers = new HeaderDecoder();
  private final PageHeader header = new PageHeader();
  private final RansDecoder rans = new RansDecoder();
  private byte[] buffer = new byte[1 << 12];
  private final SeriesCode[] codes = new SeriesCode[GroupEncoder.SERIES_PER_PAGE];
  private final long[][] timestamps = new long[GroupEncoder.SERIES_PER_PAGE][];
  private int lastVector;
  private long[] lastTimestamps = SeriesCode.NO_BITS;
  private final long[][] x = new long[GroupEncoder.SERIES_PER_PAGE][];
  private final long[][] corrections = new long[GroupEncoder.SERIES_PER_PAGE][];
  private byte[] siblingClasses = {};
  private byte[] siblingCorrectionClasses = {};
  private long[] copied = {};
  private int page = -1;
  // How far the page is decoded: series, the last of them that can be a sibling, and the tables.
  private int decoded;
  private int sibling;
  private @Nullable TokenTables tables;
  // Decoders of other pages, of which series here are copies; the oldest is used again.
  private final @Nullable PageDecoder[] foreign = new PageDecoder[MAX_FOREIGN];
  private int oldestForeign;

  public PageDecoder(PageSource source) {
    this.source = source;
    Arrays.fill(codes, new SeriesCode());
    Arrays.fill(x, SeriesCode.NO_BITS);
    Arrays.fill(corrections, SeriesCode.NO_BITS);
  }

  /**
   * Opens a page to read its series up to the {@code last} one, counted within the page.
   *
   * @throws Corruption where the page, its tables or its vectors are damaged
   */
  public void open(int newPage, int last) {
    page = -1;
    Piece piece = source.page(newPage);
    if (buffer.length < piece.length() + BitSource.PADDING) {
      buffer = new byte[piece.length() * 2 + BitSource.PADDING];
    }
    ByteSource in = source.reader().copy(piece, buffer);
    int samples = readHeaders(in, source.seriesCount(newPage));
    rans.reset(in);
    if (siblingClasses.length < samples) {
      siblingClasses = new byte[samples];
      siblingCorrectionClasses = new byte[samples];
    }
    Arrays.fill(siblingClasses, (byte) 0);
    Arrays.fill(siblingCorrectionClasses, (byte) 0);
    decoded = 0;
    sibling = NO_SIBLING;
    tables = null;
    page = newPage;
    decodeTo(last + 1);
  }

  /** How many bytes of a page say how its series are coded. */
  public static int headerBytes(ByteSource page) {
    int from = page.position();
    page.varint();
    page.skip(page.count("a header length", page.remaining()));
    return page.position() - from;
  }

  /** Returns the largest number of samples of a series. */
  private int readHeaders(ByteSource in, int count) {
    header.reset(in.count("a vector", source.vectorCount() - 1L));
    headers.reset(in);
    lastVector = -1;
    PageHeader.VectorSizes vectorSizes = id -> vectorSize(id, in);
    int most = 0;
    for (int i = 0; i < count; i++) {
      codes[i] = header.read(headers, vectorSizes, in);
      timestamps[i] = lastTimestamps;
      most = Math.max(most, codes[i].size);
    }
    return most;
  }

  private int vectorSize(long id, ByteSource in) {
    if (id != lastVector) {
      if (id < 0 || id >= source.vectorCount()) {
        throw in.damaged("a vector below %d".formatted(source.vectorCount()), "%d".formatted(id));
      }
      lastTimestamps = source.vector((int) id);
      lastVector = (int) id;
    }
    return lastTimestamps.length;
  }

  /**
   * Goes on to before a series of the page. Residuals follow each other through the page, so all
   * that are before it are decoded too.
   */
  private void decodeTo(int end) {
    for (; decoded < end; decoded++) {
      SeriesCode code = codes[decoded];
      if (!code.isConstant() && code.copyOf < 0) {
        decode(decoded, code);
        sibling = decoded;
      }
    }
    if (rans.isExhausted()) {
      throw damaged("as many bits as its series take", "fewer");
    }
  }

  private void decode(int index, SeriesCode code) {
    TokenTables sets = tables;
    if (sets == null) {
      sets = source.tables(page);
      tables = sets;
    }
    x[index] = atLeast(x[index], code.size);
    if (code.predictor.hasResiduals()) {
      rans.decode(table(sets, code.tableSet), siblingClasses, x[index], code.size);
    }
    restore(code, x[index]);
    if (code.hasCorrections()) {
      corrections[index] = atLeast(corrections[index], code.size);
      decodeCorrections(code, sets, corrections[index]);
    }
  }

  private void restore(SeriesCode code, long[] y) {
    code.predictor.restore(y, code.size, code.parameter);
    long base = code.base;
    long factor = code.factor;
    if (!code.relative) {
      for (int i = 0; i < code.size; i++) {
        y[i] = base + factor * y[i];
      }
      return;
    }
    if (sibling == NO_SIBLING || codes[sibling].size != code.size) {
      throw damaged("a sibling with %d samples".formatted(code.size), "none");
    }
    long[] other = x[sibling];
    for (int i = 0; i < code.size; i++) {
      y[i] = base + factor * y[i] + other[i];
    }
  }

  private void decodeCorrections(SeriesCode code, TokenTables sets, long[] values) {
    if (code.correctionPredictor.hasResiduals()) {
      TokenTable table = table(sets, code.correctionTableSet);
      rans.decode(table, siblingCorrectionClasses, values, code.size);
    }
    code.correctionPredictor.restore(values, code.size, code.correctionParameter);
    for (int i = 0; i < code.size; i++) {
      values[i] += code.correctionBase;
    }
  }

  private TokenTable table(TokenTables sets, int set) {
    if (set >= sets.count()) {
      throw damaged("one of %d tables".formatted(sets.count()), "table " + set);
    }
    return sets.get(set);
  }

  private static long[] atLeast(long[] array, int size) {
    return array.length >= size ? array : new long[size];
  }

  /** All timestamps of a series; series that share a vector share the array. */
  public long[] timestamps(int index) {
    return timestamps[index];
  }

  /**
   * Writes the values of samples {@code from} (inclusive) to {@code to} (exclusive) of a series to
   * the front of {@code out}.
   */
  public void values(int index, int from, int to, double[] out) {
    SeriesCode code = codes[index];
    if (code.isConstant()) {
      Arrays.fill(out, 0, to - from, constant(code));
    } else if (code.copyOf >= 0) {
      copy(index, code, from, to, out);
    } else {
      toValues(code, x[index], corrections[index], 0, from, to, out);
    }
    for (int i = 0; i < code.exceptionAt.length; i++) {
      int at = code.exceptionAt[i];
      if (at >= from && at < to) {
        out[at - from] = Double.longBitsToDouble(code.exceptionBits[i]);
      }
    }
  }

  private static double constant(SeriesCode code) {
    return switch (code.form) {
      case DECIMAL -> decimal(code.base, code.scale);
      case BITS -> Double.longBitsToDouble(code.base << code.scale);
      case CORRECTED -> corrected(decimal(code.base, code.scale), code.correctionBase);
    };
  }

  private static double decimal(long mantissa, int scale) {
    return scale == 0 ? mantissa : mantissa / Decimals.power(scale);
  }

  private static double corrected(double value, long correction) {
    return Double.longBitsToDouble(Double.doubleToRawLongBits(value) + correction);
  }

  private static void toValues(
      SeriesCode code,
      long[] x,
      long[] corrections,
      long correctionStep,
      int from,
      int to,
      double[] out) {
    switch (code.form) {
      case DECIMAL -> toDecimals(x, code.scale, from, to, out);
      case BITS -> {
        for (int i = from; i < to; i++) {
          out[i - from] = Double.longBitsToDouble(x[i] << code.scale);
        }
      }
      case CORRECTED -> {
        double power = Decimals.power(code.scale);
        for (int i = from; i < to; i++) {
          out[i - from] = corrected(x[i] / power, corrections[i] + correctionStep);
        }
      }
    }
  }

  private static void toDecimals(long[] x, int scale, int from, int to, double[] out) {
    if (scale == 0) {
      for (int i = from; i < to; i++) {
        out[i - from] = x[i];
      }
      return;
    }
    double power = Decimals.power(scale);
    for (int i = from; i < to; i++) {
      out[i - from] = x[i] / power;
    }
  }

  /** A copy has the steps of its original times a factor, from its own start on. */
  private void copy(int index, SeriesCode code, int from, int to, double[] out) {
    int number = source.firstSeries(page) + index - code.copyOf;
    if (code.copyOf == 0 || number < source.firstSeriesOfGroup(page)) {
      throw damaged(
          "an original in the group of the page", "%d series back".formatted(code.copyOf));
    }
    int originalPage = source.pageOf(number);
    PageDecoder decoder = originalPage == page ? this : foreign(originalPage);
    int original = number - source.firstSeries(originalPage);
    decoder.needs(original, code);
    long[] steps = decoder.x[original];
    copied = atLeast(copied, code.size);
    long base = code.base - code.factor * steps[0];
    for (int i = from; i < to; i++) {
      copied[i] = base + code.factor * steps[i];
    }
    long[] itsCorrections = decoder.corrections[original];
    long correctionStep = code.hasCorrections() ? code.correctionBase - itsCorrections[0] : 0;
    toValues(code, copied, itsCorrections, correctionStep, from, to, out);
  }

  /** Sees to it that an original is there and can be copied. */
  private void needs(int index, SeriesCode copy) {
    decodeTo(index + 1);
    SeriesCode code = codes[index];
    if (code.isConstant()
        || code.copyOf >= 0
        || code.size != copy.size
        || copy.hasCorrections() && !code.hasCorrections()) {
      throw damaged("an original with %d samples".formatted(copy.size), "another series");
    }
  }

  private PageDecoder foreign(int wanted) {
    for (PageDecoder decoder : foreign) {
      if (decoder != null && decoder.page == wanted) {
        return decoder;
      }
    }
    PageDecoder decoder = foreign[oldestForeign];
    if (decoder == null) {
      decoder = new PageDecoder(source);
      foreign[oldestForeign] = decoder;
    }
    oldestForeign = (oldestForeign + 1) % MAX_FOREIGN;
    decoder.open(wanted, -1);
    return decoder;
  }

  private Corruption damaged(String expected, String found) {
    Piece piece = source.page(page);
    return new Corruption(source.reader().file(), piece.offset(), expected, found);
  }
}
