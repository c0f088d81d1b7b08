package dev.vedette.wire.exposition;

import dev.vedette.model.MetricType;
import org.jspecify.annotations.Nullable;

/** OpenMetrics 1.0: one blank between tokens, no blank lines, {@code # EOF} at the end. */
final class OpenMetricsParser extends TextualParser {
  private static final MetricType[] TYPES = MetricType.values();
  private static final int METADATA_PREFIX = "# HELP ".length();

  private boolean help;
  private boolean foldCreated;
  private @Nullable StartTimes startTimes;

  @Override
  public void reset(byte[] body, int length) {
    super.reset(body, length);
    if (startTimes != null) {
      startTimes.reset();
    }
  }

  @Override
  public void foldCreated(boolean fold) {
    foldCreated = fold;
  }

  @Override
  public long startMillis() {
    if (!foldCreated) {
      return Long.MIN_VALUE;
    }
    if (startTimes == null) {
      startTimes = new StartTimes();
    }
    return startTimes.of(this);
  }

  @Override
  public Entry next(byte[] expected, int from, int to) {
    Entry entry = line(expected, from, to);
    while (foldCreated
        && entry == Entry.SERIES
        && StartTimes.mayHaveStart(type())
        && nameEndsWith("_created")) {
      entry = line(expected, from, to);
    }
    return entry;
  }

  private Entry line(byte[] expected, int from, int to) {
    int c = peek(at);
    if (c == '#') {
      return hash();
    }
    if (c == NONE) {
      throw expected(at, "\"# EOF\"");
    }
    if (c != '{' && c != '_' && c != ':' && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z')) {
      throw expected(at, "a metric name, '{' or \"# \"");
    }
    series(expected, from, to);
    restOfSeries();
    return Entry.SERIES;
  }

  private Entry hash() {
    help = startsWith(at, "# HELP ");
    if (help) {
      metadata();
      return Entry.HELP;
    }
    if (startsWith(at, "# TYPE ")) {
      metadata();
      type(TYPES, "unknown");
      return Entry.TYPE;
    }
    if (startsWith(at, "# UNIT ")) {
      metadata();
      checkUnit();
      return Entry.UNIT;
    }
    if (startsWith(at, "# EOF")) {
      return endOfBody();
    }
    throw expected(at, "# HELP, # TYPE, # UNIT or # EOF");
  }

  private Entry endOfBody() {
    int p = at + "# EOF".length();
    if (peek(p) == '\n') {
      p++;
    }
    if (p < end) {
      throw expected(p, "nothing after # EOF");
    }
    // Stays there, so that another call answers the same.
    return Entry.END;
  }

  private void metadata() {
    int p = familyName(at + METADATA_PREFIX);
    int lineEnd = lineEnd(p);
    if (peek(p) != ' ' || lineEnd == end) {
      throw expected(p, "a blank, a text and the end of the line");
    }
    text(p + 1, lineEnd);
    at = lineEnd + 1;
  }

  private void checkUnit() {
    if (textFrom() == textTo()) {
      return;
    }
    String unit = text();
    if (!family().endsWith("_" + unit)) {
      throw invalid(
          textFrom(), "unit \"%s\" is not the last part of the name %s".formatted(unit, family()));
    }
  }

  private void restOfSeries() {
    int from = token("a value");
    value(from, at);
    if (!exemplarFollows() && peek(at) == ' ') {
      from = token("a timestamp in seconds");
      timestamp(seconds(from, at));
    }
    if (exemplarFollows()) {
      exemplar();
    }
    if (peek(at) != '\n') {
      throw expected(at, "a timestamp, an exemplar or the end of the line");
    }
    at++;
  }

  private boolean exemplarFollows() {
    return startsWith(at, " # {");
  }

  private void exemplar() {
    exemplarLabels(at + " # {".length());
    int from = token("the exemplar's value");
    exemplarValue(from, at);
    if (peek(at) == ' ') {
      from = token("the exemplar's timestamp in seconds");
      exemplarTimestamp(seconds(from, at));
    }
  }

  /** Moves behind one blank and the token after it; returns where the token begins. */
  private int token(String what) {
    if (peek(at) != ' ') {
      throw expected(at, "one blank and " + what);
    }
    int from = at + 1;
    int p = from;
    while (p < end && body[p] != ' ' && body[p] != '\n') {
      p++;
    }
    if (p == from) {
      throw expected(from, what);
    }
    at = p;
    return from;
  }

  private long seconds(int from, int to) {
    double seconds = Double.longBitsToDouble(number(from, to));
    if (Double.isNaN(seconds) || Double.isInfinite(seconds)) {
      throw invalid(from, "timestamp \"%s\" is no time".formatted(shown(from, to)));
    }
    return millis(seconds);
  }

  static long millis(double seconds) {
    double millis = seconds * 1000;
    // Out of range as amd64 converts it, so that what no clock reads is too old in both systems.
    return Math.abs(millis) < 0x1p63 ? (long) millis : Long.MIN_VALUE;
  }

  @Override
  public String text() {
    return SeriesText.unescapeHelp(this, textFrom(), textTo(), help, true);
  }

  @Override
  boolean needsCommas() {
    return true;
  }

  @Override
  int blanks(int from) {
    return from;
  }
}
