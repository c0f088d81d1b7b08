package dev.vedette.tsdb.wal;

import static dev.vedette.tsdb.wal.WalFormat.FRAME_BYTES;
import static dev.vedette.tsdb.wal.WalFormat.INT;
import static dev.vedette.tsdb.wal.WalFormat.LONG;

import dev.vedette.model.ErrorId;
import dev.vedette.model.Histogram;
import dev.vedette.model.HistogramBytes;
import dev.vedette.model.HistogramSample;
import dev.vedette.model.Invariant;
import dev.vedette.model.LimitExceeded;
import dev.vedette.model.MetricMetadata;
import dev.vedette.model.SpecialValues;
import dev.vedette.model.TenantId;
import dev.vedette.model.Utf8;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Records on their way to the log: filled by one writer, given to {@link Wal#append}, then {@link
 * #clear cleared} for the next. Keeps its buffer; a sample allocates nothing. Confined to one
 * thread at a time.
 *
 * <p>The log has one order for all writers: a series must be appended no later than its first
 * sample, in the same {@code WalRecords} or an earlier one. Refs are unsigned 32 bits and name one
 * series as long as the log lives.
 *
 * <p>Bytes: {@code docs/format/wal.md}. Samples of one time whose refs ascend by one, as a scrape
 * gives them, take 1 to 9 bytes each.
 */
public final class WalRecords {
  // Long enough that the frame costs nothing, short enough that a damaged one costs little.
  private static final int TARGET_BYTES = 64 << 10;
  // Start, flag, ref, timestamp, value; the value is written as eight bytes whatever it needs.
  private static final int START_ROOM = 1 + 10;
  private static final int SAMPLE_ROOM = START_ROOM + 1 + 5 + 10 + 8;
  private static final int SIZE_ROOM = 3;
  private static final int HISTOGRAM_ROOM = 5 + 10 + START_ROOM + 11 + SIZE_ROOM;
  private static final int KEPT_BYTES = 4 << 20;

  private final CRC32C crc = new CRC32C();
  private byte[] bytes = new byte[4096];
  private int length;
  private int records;
  private long samples;
  private @Nullable TenantId tenant;
  private byte[] tenantBytes = new byte[0];

  // The record of samples being filled, if any: SAMPLES, HISTOGRAMS or BASES.
  private int open = -1;
  private int openSamples;
  private int roomTo;
  private int lastRef;
  private long lastMillis;
  private long lastBits;
  private long lastStart;

  /** Empties it. */
  public void clear() {
    length = 0;
    records = 0;
    samples = 0;
    open = -1;
    roomTo = 0;
    if (bytes.length > KEPT_BYTES) {
      bytes = new byte[4096];
    }
  }

  public boolean isEmpty() {
    return length == 0;
  }

  /** Samples in it. */
  public long samples() {
    return samples;
  }

  /** Bytes it takes in the log. */
  public int sizeBytes() {
    return length;
  }

  /**
   * Adds a new series and its label bytes.
   *
   * @throws LimitExceeded ({@code label-size-limit}) above 1 MiB of labels
   */
  public void series(int ref, TenantId tenant, byte[] labels, int from, int to) {
    byte[] owner = encoded(tenant);
    long size = 1L + 4 + 5 + owner.length + (to - from);
    if (size > WalFormat.MAX_RECORD_BYTES) {
      throw new LimitExceeded(
          ErrorId.LABEL_SIZE_LIMIT,
          "the labels of a series take %d bytes, the log takes %d"
              .formatted(to - from, WalFormat.MAX_RECORD_BYTES - 1024),
          "shorten its label values",
          false);
    }
    int frame = begin(WalFormat.SERIES, (int) size);
    INT.set(bytes, length, ref);
    length += 4;
    string(owner);
    System.arraycopy(labels, from, bytes, length, to - from);
    length += to - from;
    finish(frame);
  }

  /**
   * Adds what a sender says of a family.
   *
   * @throws LimitExceeded ({@code label-size-limit}) above 1 MiB
   */
  public void metadata(TenantId tenant, MetricMetadata family) {
    byte[] owner = encoded(tenant);
    byte[] name = Utf8.encode(family.family());
    byte[] help = Utf8.encode(family.help());
    byte[] unit = Utf8.encode(family.unit());
    long size = 22L + owner.length + name.length + help.length + unit.length;
    if (size > WalFormat.MAX_RECORD_BYTES) {
      throw new LimitExceeded(
          ErrorId.LABEL_SIZE_LIMIT,
          "name, help and unit of a metric family take %d bytes, the log takes %d"
              .formatted(size, WalFormat.MAX_RECORD_BYTES),
          "shorten the help text",
          false);
    }
    int frame = begin(WalFormat.METADATA, (int) size);
    string(owner);
    bytes[length++] = MetadataCodec.code(family.type());
    string(name);
    string(help);
    string(unit);
    finish(frame);
  }

  /** Adds a sample with its start timestamp, 0 where it has none. */
  public void sample(int ref, long timestampMillis, long valueBits, long startMillis) {
    if (length >= roomTo) {
      makeRoom(ref, timestampMillis);
    }
    if (startMillis == lastStart) {
      if (startMillis != 0) {
        bytes[length++] = (byte) (WalFormat.CODE_STARTED << WalFormat.CODE_SHIFT);
      }
    } else if (startMillis != 0) {
      bytes[length++] = (byte) (WalFormat.CODE_OTHER_START << WalFormat.CODE_SHIFT);
      long delta = startMillis - lastStart;
      length = Varint.put(bytes, length, delta << 1 ^ delta >> 63);
      lastStart = startMillis;
    }
    put(ref, timestampMillis, valueBits);
  }

  /**
   * Adds a histogram sample.
   *
   * @param startMillis its start timestamp, 0 where it has none
   * @throws LimitExceeded ({@code histogram-bucket-limit}) where it takes more than a record may
   */
  public void histogram(int ref, long timestampMillis, Histogram histogram, long startMillis) {
    beginHistogram(WalFormat.HISTOGRAMS, ref, timestampMillis, histogram);
    start(startMillis);
    whole(histogram);
    samples++;
  }

  /**
   * The same as what changed since {@code before}, the histogram of the series that was logged
   * last, is older and has {@link Histogram#hasColumnsOf the same columns}: a reader that has lost
   * that one knows so by its time, and leaves this one out.
   */
  public void histogram(int ref, HistogramSample sample, HistogramSample before) {
    long sinceMillis = sample.timestampMillis() - before.timestampMillis();
    Histogram histogram = sample.histogram();
    Invariant.check(
        sinceMillis > 0 && histogram.hasColumnsOf(before.histogram()),
        "BUG: a histogram of series %d is no change of the one before",
        ref);
    beginHistogram(WalFormat.HISTOGRAMS, ref, sample.timestampMillis(), histogram);
    start(sample.startMillis());
    bytes[length++] = WalFormat.CHANGE;
    length = Varint.put(bytes, length, sinceMillis);
    int size = length;
    length = HistogramChange.encode(histogram, before.histogram(), bytes, size + SIZE_ROOM);
    putSize(size);
    samples++;
  }

  /** Adds what changes of a series' histograms in segments behind a checkpoint begin with. */
  void base(int ref, long timestampMillis, Histogram histogram) {
    beginHistogram(WalFormat.BASES, ref, timestampMillis, histogram);
    start(0);
    whole(histogram);
  }

  private void whole(Histogram histogram) {
    int size = length;
    length = HistogramBytes.encode(histogram, bytes, size + SIZE_ROOM);
    putSize(size);
  }

  /** The size comes first and is known last: three bytes do for any that a record can hold. */
  private void putSize(int size) {
    int used = length - size - SIZE_ROOM;
    int from = Varint.put(bytes, size, used);
    if (from < size + SIZE_ROOM) {
      System.arraycopy(bytes, size + SIZE_ROOM, bytes, from, used);
      length = from + used;
    }
  }

  private void beginHistogram(byte type, int ref, long timestampMillis, Histogram histogram) {
    // As a change it takes no more.
    int most = HistogramBytes.maxSize(histogram);
    if (most > WalFormat.MAX_RECORD_BYTES - TARGET_BYTES - HISTOGRAM_ROOM) {
      throw new LimitExceeded(
          ErrorId.HISTOGRAM_BUCKET_LIMIT,
          "a histogram of %d buckets is more than a record of the log can have"
              .formatted(histogram.layout().buckets()),
          "make its resolution coarser",
          false);
    }
    openWithRoom(type, ref, timestampMillis, HISTOGRAM_ROOM + most);
    int delta = ref - lastRef;
    length = Varint.put(bytes, length, (delta << 1 ^ delta >> 31) & 0xffffffffL);
    lastRef = ref;
    long later = timestampMillis - lastMillis;
    length = Varint.put(bytes, length, later << 1 ^ later >> 63);
    lastMillis = timestampMillis;
    openSamples++;
  }

  private void start(long startMillis) {
    if (startMillis == 0) {
      bytes[length++] = WalFormat.NO_START;
    } else if (startMillis == lastStart) {
      bytes[length++] = WalFormat.SAME_START;
    } else {
      bytes[length++] = WalFormat.OTHER_START;
      long delta = startMillis - lastStart;
      length = Varint.put(bytes, length, delta << 1 ^ delta >> 63);
      lastStart = startMillis;
    }
  }

  /** Sees to it that a record of the type is open and takes so many more bytes. */
  private void openWithRoom(byte type, int ref, long timestampMillis, int room) {
    if (open < 0 || bytes[open + FRAME_BYTES] != type || length - open >= TARGET_BYTES - room) {
      openSamples(type, ref, timestampMillis, room);
    }
    reserve(room);
    roomTo = 0;
  }

  /** Adds a sample of a series; a few nanoseconds. */
  public void sample(int ref, long timestampMillis, long valueBits) {
    if (length >= roomTo) {
      makeRoom(ref, timestampMillis);
    }
    put(ref, timestampMillis, valueBits);
  }

  private void put(int ref, long timestampMillis, long valueBits) {
    byte[] b = bytes;
    int at = length + 1;
    int flag = 0;
    if (ref == lastRef + 1) {
      flag = WalFormat.NEXT_REF;
    } else {
      int delta = ref - lastRef;
      at = Varint.put(b, at, (delta << 1 ^ delta >> 31) & 0xffffffffL);
    }
    lastRef = ref;
    if (timestampMillis == lastMillis) {
      flag |= WalFormat.SAME_TIME;
    } else {
      long delta = timestampMillis - lastMillis;
      at = Varint.put(b, at, delta << 1 ^ delta >> 63);
      lastMillis = timestampMillis;
    }
    int code;
    long integer = (long) Double.longBitsToDouble(valueBits);
    if (valueBits == lastBits) {
      code = WalFormat.CODE_SAME;
    } else if (Double.doubleToRawLongBits((double) integer) == valueBits
        && integer <= WalFormat.MAX_INTEGER
        && integer >= -WalFormat.MAX_INTEGER) {
      long magnitude = Math.abs(integer);
      if (integer >= 0 && integer < WalFormat.CODE_SMALL) {
        code = (int) integer;
      } else {
        int size = 71 - Long.numberOfLeadingZeros(magnitude) >>> 3;
        LONG.set(b, at, magnitude);
        at += size;
        code = (integer < 0 ? WalFormat.CODE_NEGATIVE : WalFormat.CODE_POSITIVE) + size;
      }
    } else if (valueBits == SpecialValues.STALE_BITS) {
      code = WalFormat.CODE_STALE;
    } else if (valueBits == SpecialValues.NAN_BITS) {
      code = WalFormat.CODE_NAN;
    } else {
      // Not zero, for zero is an integer. Low zero bytes are left out.
      int size = 8 - (Long.numberOfTrailingZeros(valueBits) >>> 3);
      LONG.set(b, at, valueBits >>> 64 - 8 * size);
      at += size;
      code = WalFormat.CODE_RAW + size;
    }
    lastBits = valueBits;
    b[length] = (byte) (flag | code << WalFormat.CODE_SHIFT);
    length = at;
    openSamples++;
    samples++;
  }

  /** Copies an intact record of another log; {@code from} is its type. */
  void copy(byte[] source, int from, int to) {
    int frame = begin(source[from], to - from);
    System.arraycopy(source, from + 1, bytes, length, to - from - 1);
    length += to - from - 1;
    finish(frame);
  }

  /** Adds an exemplar of a series, its labels as {@code LabelBytes}. */
  public void exemplar(int ref, long timestampMillis, long valueBits, byte[] labels) {
    int frame = begin(WalFormat.EXEMPLAR, 1 + 20 + labels.length);
    INT.set(bytes, length, ref);
    LONG.set(bytes, length + 4, timestampMillis);
    LONG.set(bytes, length + 12, valueBits);
    length += 20;
    System.arraycopy(labels, 0, bytes, length, labels.length);
    length += labels.length;
    finish(frame);
  }

  /**
   * Says what the newest sample of a series is, all of whose samples are in blocks; {@link
   * Long#MIN_VALUE} where that was deleted.
   */
  public void newest(int ref, long timestampMillis, long valueBits) {
    int frame = begin(WalFormat.NEWEST, 1 + 20);
    INT.set(bytes, length, ref);
    LONG.set(bytes, length + 4, timestampMillis);
    LONG.set(bytes, length + 12, valueBits);
    length += 20;
    finish(frame);
  }

  /** Says that a checkpoint is whole. */
  void end(long seriesCount, long sampleCount) {
    int frame = begin(WalFormat.END, 1 + 16);
    LONG.set(bytes, length, seriesCount);
    LONG.set(bytes, length + 8, sampleCount);
    length += 16;
    finish(frame);
  }

  /** Framed bytes, whole records only; checksums without a salt. */
  byte[] bytes() {
    closeSamples();
    return bytes;
  }

  int records() {
    closeSamples();
    return records;
  }

  private void makeRoom(int ref, long timestampMillis) {
    if (open >= 0
        && bytes[open + FRAME_BYTES] == WalFormat.SAMPLES
        && length - open < TARGET_BYTES) {
      reserve(SAMPLE_ROOM);
    } else {
      openSamples(WalFormat.SAMPLES, ref, timestampMillis, SAMPLE_ROOM);
    }
    roomTo = Math.min(open + TARGET_BYTES, bytes.length - SAMPLE_ROOM);
  }

  private void openSamples(byte type, int ref, long timestampMillis, int room) {
    int frame = begin(type, WalFormat.SAMPLES_HEADER_BYTES + 1 + room);
    open = frame;
    openSamples = 0;
    INT.set(bytes, length, ref);
    LONG.set(bytes, length + 4, timestampMillis);
    length += WalFormat.SAMPLES_HEADER_BYTES;
    lastRef = ref - 1;
    lastMillis = timestampMillis;
    lastBits = 0;
    lastStart = 0;
  }

  private void closeSamples() {
    if (open >= 0) {
      INT.set(bytes, open + FRAME_BYTES + 1 + 12, openSamples);
      int frame = open;
      open = -1;
      roomTo = 0;
      finish(frame);
    }
  }

  private int begin(byte type, int size) {
    closeSamples();
    reserve(FRAME_BYTES + size + 8);
    int frame = length;
    bytes[frame + FRAME_BYTES] = type;
    length = frame + FRAME_BYTES + 1;
    return frame;
  }

  private void finish(int frame) {
    int size = length - frame - FRAME_BYTES;
    Invariant.check(
        size > 0 && size <= WalFormat.MAX_RECORD_BYTES, "BUG: a log record of %d bytes", size);
    INT.set(bytes, frame, size);
    INT.set(bytes, frame + 4, WalFormat.crc(crc, bytes, frame, size));
    records++;
  }

  private void reserve(int more) {
    if (bytes.length - length < more) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
    }
  }

  private void string(byte[] text) {
    length = Varint.put(bytes, length, text.length);
    System.arraycopy(text, 0, bytes, length, text.length);
    length += text.length;
  }

  private byte[] encoded(TenantId owner) {
    if (!owner.equals(tenant)) {
      tenant = owner;
      tenantBytes = Utf8.encode(owner.value());
    }
    return tenantBytes;
  }
}
