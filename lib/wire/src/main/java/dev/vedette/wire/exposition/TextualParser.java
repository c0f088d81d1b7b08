package dev.vedette.wire.exposition;

import dev.vedette.model.ErrorId;
import dev.vedette.model.InvalidRequest;
import dev.vedette.model.LabelBytes;
import dev.vedette.model.MetricType;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;

/** What the two text formats have in common: a series is a line, its text a range of the body. */
abstract sealed class TextualParser extends ExpositionParser permits TextParser, OpenMetricsParser {
  private static final String[] TYPE_WORDS =
      Arrays.stream(MetricType.values()).map(MetricType::text).toArray(String[]::new);

  private int nameFrom;
  private int nameTo;
  private boolean nameQuoted;
  private final Offsets seriesLabels = new Offsets();

  private boolean hasExemplar;
  private final Offsets exemplarLabels = new Offsets();

  private int familyFrom;
  private int familyTo;
  private boolean familyQuoted;
  private int textFrom;
  private int textTo;

  @Override
  public void reset(byte[] body, int length) {
    super.reset(body, length);
    seriesBytes = body;
    hasExemplar = false;
    seriesLabels.clear();
  }

  /** Where the line at an offset stands, from 1. Counts from the start; for messages. */
  final int line(int offset) {
    int line = 1;
    for (int i = 0; i < Math.min(offset, end); i++) {
      line += body[i] == '\n' ? 1 : 0;
    }
    return line;
  }

  // --- series ---

  @Override
  final void addLabels(SeriesLabels labels) {
    if (guessed) {
      rescan();
    }
    SeriesText.addName(this, nameFrom, nameTo, nameQuoted, labels);
    SeriesText.add(this, seriesLabels, boundLabel(), labels);
  }

  private void rescan() {
    int resume = at;
    at = seriesFrom;
    series();
    at = resume;
    guessed = false;
  }

  final boolean nameEndsWith(String suffix) {
    if (guessed) {
      rescan();
    }
    int from = nameTo - suffix.length();
    return from >= nameFrom && startsWith(from, suffix);
  }

  /** Reads on, in this parser, from where another stands. */
  final void continueAt(TextualParser other) {
    reset(other.body, other.end);
    at = other.at;
    type = other.type;
  }

  @Override
  public final boolean nextExemplar() {
    boolean found = hasExemplar;
    hasExemplar = false;
    return found;
  }

  @Override
  final void addExemplarLabels(SeriesLabels labels) {
    SeriesText.add(this, exemplarLabels, BoundLabel.NONE, labels);
  }

  // --- metadata ---

  @Override
  public final String family() {
    return SeriesText.unescape(this, familyFrom, familyTo, familyQuoted);
  }

  @Override
  public final long metadataHash() {
    return LabelBytes.hash(body, familyFrom, textTo);
  }

  /** The name of the family as written, without quotes but with escapes. */
  final String writtenFamily() {
    return new String(body, familyFrom, familyTo - familyFrom, StandardCharsets.UTF_8);
  }

  /** First byte of the text of HELP, UNIT or a comment, as written. */
  final int textFrom() {
    return textFrom;
  }

  /** End of that text, exclusive. */
  final int textTo() {
    return textTo;
  }

  // --- shared by the two formats ---

  /** Skips what may stand between tokens. */
  abstract int blanks(int from);

  /** Whether labels must be separated by commas; where not, a blank or nothing does. */
  abstract boolean needsCommas();

  /** Reads the series at {@link #at}, by comparison where the guess holds. */
  final void series(byte[] expected, int from, int to) {
    hasExemplar = false;
    hasTimestamp = false;
    guessed = to > from && isNext(expected, from, to);
    if (guessed) {
      seriesFrom = at;
      at += to - from;
      seriesTo = at;
    } else {
      series();
    }
  }

  private boolean isNext(byte[] expected, int from, int to) {
    int after = at + to - from;
    if (after >= end || !Arrays.equals(body, at, after, expected, from, to)) {
      return false;
    }
    if (expected[to - 1] == '}') {
      return true;
    }
    // A bare name: it must end here, and no labels may follow.
    return (body[after] == ' ' || body[after] == '\t') && peek(blanks(after)) != '{';
  }

  private void series() {
    seriesFrom = at;
    nameFrom = NONE;
    seriesLabels.clear();
    if (isNameStart(peek(at)) || peek(at) == ':') {
      nameFrom = at;
      at = nameEnd(at);
      nameTo = at;
      nameQuoted = false;
    }
    seriesTo = at;
    int brace = nameFrom == NONE ? at : blanks(at);
    if (peek(brace) == '{') {
      at = labelPairs(brace + 1, seriesLabels, true);
      seriesTo = at;
    }
    if (nameFrom == NONE) {
      throw invalid(seriesFrom, "the series has no metric name");
    }
  }

  /** Reads labels behind an opening brace; returns the offset behind the closing one. */
  private int labelPairs(int from, Offsets labels, boolean nameAllowed) {
    int p = blanks(from);
    while (peek(p) != '}') {
      boolean quoted = peek(p) == '"';
      int labelFrom = quoted ? p + 1 : p;
      int labelTo = quoted ? quoteEnd(p) : labelNameEnd(p);
      p = blanks(quoted ? labelTo + 1 : labelTo);
      if (quoted && nameAllowed && (peek(p) == ',' || peek(p) == '}')) {
        quotedName(labelFrom, labelTo);
      } else {
        if (peek(p) != '=') {
          throw expected(p, "'=' after a label name");
        }
        p = blanks(p + 1);
        if (peek(p) != '"') {
          throw expected(p, "a label value in double quotes");
        }
        int valueTo = quoteEnd(p);
        labels.add(labelFrom, labelTo, p + 1, valueTo);
        p = blanks(valueTo + 1);
      }
      if (peek(p) == ',') {
        p = blanks(p + 1);
      } else if (peek(p) != '}' && needsCommas()) {
        throw expected(p, "',' or '}' after a label");
      }
    }
    return p + 1;
  }

  private void quotedName(int from, int to) {
    if (nameFrom != NONE) {
      throw invalid(from, "the series has two metric names");
    }
    nameFrom = from;
    nameTo = to;
    nameQuoted = true;
  }

  private int labelNameEnd(int from) {
    if (!isNameStart(peek(from))) {
      throw expected(from, "a label name");
    }
    int p = from + 1;
    while (isNameStart(peek(p)) || isDigit(peek(p))) {
      p++;
    }
    return p;
  }

  /** The offset of the closing quote of the string that begins at {@code from}. */
  private int quoteEnd(int from) {
    for (int p = from + 1; p < end; p++) {
      byte b = body[p];
      if (b == '"') {
        return p;
      }
      if (b == '\\') {
        p++;
        if (peek(p) == '\n') {
          break;
        }
      }
    }
    throw invalid(from, "a quoted string is not closed");
  }

  final void value(int from, int to) {
    valueBits = number(from, to);
  }

  final void timestamp(long millis) {
    hasTimestamp = true;
    timestampMillis = millis;
  }

  final void exemplarLabels(int from) {
    hasExemplar = true;
    exemplarHasTimestamp = false;
    exemplarLabels.clear();
    at = labelPairs(from, exemplarLabels, false);
  }

  final void exemplarValue(int from, int to) {
    exemplarValueBits = number(from, to);
  }

  final void exemplarTimestamp(long millis) {
    exemplarHasTimestamp = true;
    exemplarTimestampMillis = millis;
  }

  final long number(int from, int to) {
    if (from == to) {
      throw expected(from, "a number");
    }
    long bits = Numbers.bits(body, from, to);
    if (bits == Numbers.INVALID) {
      throw invalid(from, "\"%s\" is no number".formatted(shown(from, to)));
    }
    return bits;
  }

  /** Reads the name of a family at {@code from}; returns the offset behind it. */
  final int familyName(int from) {
    familyQuoted = peek(from) == '"';
    if (familyQuoted) {
      familyFrom = from + 1;
      familyTo = quoteEnd(from);
      return familyTo + 1;
    }
    if (!isNameStart(peek(from)) && peek(from) != ':') {
      throw expected(from, "the name of a metric family");
    }
    familyFrom = from;
    familyTo = nameEnd(from);
    return familyTo;
  }

  final void text(int from, int to) {
    textFrom = from;
    textTo = to;
  }

  /** The type that the text names; its plain form save for the unknown type's own word. */
  final void type(MetricType[] known, String unknownWord) {
    for (MetricType one : known) {
      String word = one == MetricType.UNKNOWN ? unknownWord : TYPE_WORDS[one.ordinal()];
      if (textTo - textFrom == word.length() && startsWith(textFrom, word)) {
        type = one;
        return;
      }
    }
    throw expected(
        textFrom,
        "one of the types "
            + Arrays.stream(known)
                .map(one -> one == MetricType.UNKNOWN ? unknownWord : one.text())
                .collect(Collectors.joining(", ")));
  }

  private int nameEnd(int from) {
    int p = from + 1;
    while (isNameStart(peek(p)) || isDigit(peek(p)) || peek(p) == ':') {
      p++;
    }
    return p;
  }

  final int lineEnd(int from) {
    int p = from;
    while (p < end && body[p] != '\n') {
      p++;
    }
    return p;
  }

  final boolean startsWith(int from, String word) {
    if (end - from < word.length()) {
      return false;
    }
    for (int i = 0; i < word.length(); i++) {
      if (body[from + i] != word.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** The byte at an offset, or {@link #NONE} behind the end. */
  final int peek(int offset) {
    return offset < end ? body[offset] & 0xff : NONE;
  }

  static boolean isDigit(int c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isNameStart(int c) {
    return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_';
  }

  final InvalidRequest expected(int offset, String what) {
    String found = offset < end ? "\"" + shown(offset, offset + 12) + "\"" : "the end of the body";
    return invalid(offset, "expected %s, found %s".formatted(what, found));
  }

  @Override
  final InvalidRequest invalid(int offset, String message) {
    int line = line(offset);
    at = end;
    return new InvalidRequest(
        ErrorId.INVALID_EXPOSITION,
        "line %d: %s".formatted(line, message),
        "correct what the target exposes");
  }

  /** A few bytes for a message, harmless to print. */
  final String shown(int from, int to) {
    int shownTo = Math.min(Math.min(to, end), from + 60);
    String text = new String(body, from, Math.max(0, shownTo - from), StandardCharsets.UTF_8);
    return text.replace("\n", "\\n").replace("\t", "\\t").replaceAll("\\p{Cntrl}", "?");
  }
}
