package dev.vedette.wire.exposition;

import dev.vedette.model.Histogram;
import dev.vedette.model.InvalidRequest;
import dev.vedette.model.Labels;
import dev.vedette.model.MetricType;

/**
 * Reads an exposition entry by entry: {@link #reset}, then {@link #next} until {@link Entry#END};
 * the getters describe the entry returned last. Per sample nothing is allocated (numbers of text
 * beyond 15 digits and native histograms excepted): a series is a range of bytes, and only whoever
 * meets that range for the first time turns it into {@link #labels labels}.
 *
 * <p>A scraper that keeps the previous body passes the series text it expects next: {@link
 * #next(byte[], int, int)} compares bytes and skips reading labels where the series has it.
 *
 * <p>What is accepted is what Prometheus accepts, which is wider than the specifications (duplicate
 * metadata, any order). One thread. Anything malformed is {@link InvalidRequest} ({@code
 * invalid-exposition}) naming the place; the parser is then done until the next reset.
 */
public abstract sealed class ExpositionParser permits TextualParser, ProtobufParser {
  /** What {@link #next} found. */
  public enum Entry {
    END,
    SERIES,
    TYPE,
    HELP,
    UNIT,
    COMMENT
  }

  /** Where a series is no start, and elsewhere where there is nothing. */
  static final int NONE = -1;

  private static final byte[] NO_BYTES = {};

  byte[] body = NO_BYTES;
  int end;
  int at;
  MetricType type = MetricType.UNKNOWN;

  // Of the series read last.
  byte[] seriesBytes = NO_BYTES;
  int seriesFrom;
  int seriesTo;
  boolean guessed;
  long valueBits;
  boolean hasTimestamp;
  long timestampMillis;

  // Of the exemplar read last.
  long exemplarValueBits;
  boolean exemplarHasTimestamp;
  long exemplarTimestampMillis;

  /** Starts over with the first {@code length} bytes of a body, which must not change meanwhile. */
  public void reset(byte[] body, int length) {
    this.body = body;
    end = length;
    at = 0;
    type = MetricType.UNKNOWN;
    guessed = false;
  }

  /**
   * Whether {@code _created} lines of counters, histograms and summaries are left out and answered
   * by {@link #startMillis} instead. Off by default: then they are series like any other.
   * OpenMetrics only; protobuf always has them apart.
   */
  public void foldCreated(boolean fold) {}

  /**
   * Which form of a histogram that a page has as native and as classic one becomes series. Native
   * ones are in protobuf only.
   */
  public void histograms(boolean nativeOnes, boolean classicBesideNative) {}

  /** Reads the next entry. */
  public final Entry next() {
    return next(NO_BYTES, 0, 0);
  }

  /**
   * Reads the next entry; if it is a series whose text is exactly {@code expected[from..to)}, its
   * labels are not read again and {@link #guessed} is true. The text must have been a series of an
   * earlier body of the same format. Comments and metadata do not use the guess up: pass it again.
   */
  public abstract Entry next(byte[] expected, int from, int to);

  // --- series ---

  /** What {@link #seriesFrom} and {@link #seriesTo} are offsets of; may differ at each entry. */
  public final byte[] seriesBytes() {
    return seriesBytes;
  }

  /** First byte of the series text: what tells the series from all others of its target. */
  public final int seriesFrom() {
    return seriesFrom;
  }

  /** End of the series text, exclusive. */
  public final int seriesTo() {
    return seriesTo;
  }

  /** Whether the series text was the expected one. */
  public final boolean guessed() {
    return guessed;
  }

  /** Whether the sample is a {@link #histogram} instead of a value. */
  public boolean hasHistogram() {
    return false;
  }

  /**
   * The native histogram of the series read last.
   *
   * @throws InvalidRequest ({@code invalid-exposition}) where it is none
   */
  public Histogram histogram() {
    throw new IllegalStateException("BUG: the series has a value");
  }

  /** Bits of the value; any NaN is {@link dev.vedette.model.SpecialValues#NAN_BITS}. */
  public final long valueBits() {
    return valueBits;
  }

  public final boolean hasTimestamp() {
    return hasTimestamp;
  }

  /** Unix milliseconds, where {@link #hasTimestamp}. */
  public final long timestampMillis() {
    return timestampMillis;
  }

  /** Which label of the series holds a number; part of the key of whoever caches labels by text. */
  public final BoundLabel boundLabel() {
    return BoundLabel.of(type);
  }

  /**
   * The labels of the series, {@code __name__} among them. The slow path: strings are made.
   *
   * @throws InvalidRequest where a name comes twice or is empty, or bytes are not UTF-8
   */
  public final Labels labels() {
    return labels(Labels.EMPTY, true);
  }

  /**
   * The labels of the series together with its target's. Of two labels of one name, with {@code
   * honorLabels} the series' own stays (an empty one keeps the target's away), otherwise the
   * target's wins and the series' own becomes {@code exported_name}.
   */
  public final Labels labels(Labels target, boolean honorLabels) {
    SeriesLabels own = new SeriesLabels(this);
    addLabels(own);
    return own.with(target, honorLabels);
  }

  /** Adds the labels of the series read last. */
  abstract void addLabels(SeriesLabels labels);

  /** Whether the body says when the series read last began. Looks ahead: ask only if needed. */
  public final boolean hasStart() {
    return startMillis() != Long.MIN_VALUE;
  }

  /** When the series began, Unix milliseconds; {@link Long#MIN_VALUE} where the body is silent. */
  public long startMillis() {
    return Long.MIN_VALUE;
  }

  // --- exemplars ---

  /** Moves to the next exemplar of the series read last; false where there is none left. */
  public abstract boolean nextExemplar();

  public final long exemplarValueBits() {
    return exemplarValueBits;
  }

  public final boolean exemplarHasTimestamp() {
    return exemplarHasTimestamp;
  }

  public final long exemplarTimestampMillis() {
    return exemplarTimestampMillis;
  }

  /** Labels of the exemplar, usually one trace id. */
  public final Labels exemplarLabels() {
    SeriesLabels own = new SeriesLabels(this);
    addExemplarLabels(own);
    return own.with(Labels.EMPTY, true);
  }

  /** Adds the labels of the exemplar read last. */
  abstract void addExemplarLabels(SeriesLabels labels);

  // --- metadata ---

  /** Family that TYPE, HELP or UNIT speak of. */
  public abstract String family();

  /** Type given by the last TYPE. */
  public final MetricType type() {
    return type;
  }

  /** The text of HELP (escapes resolved), UNIT or a comment. */
  public abstract String text();

  /** A hash over family and text of TYPE, HELP or UNIT as they are in the body. */
  public abstract long metadataHash();

  /** An error at an offset of the body; the parser is done. */
  abstract InvalidRequest invalid(int offset, String message);
}
