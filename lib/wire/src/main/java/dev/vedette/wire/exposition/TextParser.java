package dev.vedette.wire.exposition;

import dev.vedette.model.MetricType;

/** Prometheus text format 0.0.4: blanks between tokens are free, unknown comments are skipped. */
final class TextParser extends TextualParser {
  private static final MetricType[] TYPES = {
    MetricType.COUNTER,
    MetricType.GAUGE,
    MetricType.HISTOGRAM,
    MetricType.SUMMARY,
    MetricType.UNKNOWN
  };

  private boolean help;

  @Override
  public Entry next(byte[] expected, int from, int to) {
    at = blanks(at);
    while (peek(at) == '\n') {
      at = blanks(at + 1);
    }
    if (at >= end) {
      return Entry.END;
    }
    if (body[at] == '#') {
      return hash();
    }
    int c = body[at];
    if (c != '{' && c != '_' && c != ':' && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z')) {
      throw expected(at, "a metric name, '{' or '#'");
    }
    series(expected, from, to);
    valueAndTimestamp();
    return Entry.SERIES;
  }

  private Entry hash() {
    int word = blanks(at + 1);
    int lineEnd = lineEnd(at);
    int name = blanks(word + 4);
    boolean separate = word > at + 1 && name > word + 4;
    help = false;
    if (separate && startsWith(word, "HELP")) {
      return help(name, lineEnd);
    }
    if (separate && startsWith(word, "TYPE")) {
      return type(name, lineEnd);
    }
    return comment(lineEnd);
  }

  private Entry help(int name, int lineEnd) {
    int from = familyName(name);
    if (from < lineEnd && blanks(from) == from) {
      // The name is not one the format knows; nothing can be said about it.
      return comment(lineEnd);
    }
    help = true;
    text(Math.min(from + 1, lineEnd), lineEnd);
    at = lineEnd;
    return Entry.HELP;
  }

  private Entry type(int name, int lineEnd) {
    int from = Math.min(familyName(name) + 1, lineEnd);
    text(from, lineEnd);
    type(TYPES, "untyped");
    at = lineEnd;
    return Entry.TYPE;
  }

  private Entry comment(int lineEnd) {
    text(at, lineEnd);
    at = lineEnd;
    return Entry.COMMENT;
  }

  private void valueAndTimestamp() {
    int from = blanks(at);
    int p = from;
    while (p < end && body[p] != ' ' && body[p] != '\t' && body[p] != '\n') {
      p++;
    }
    value(from, p);
    p = blanks(p);
    if (isDigit(peek(p)) || peek(p) == '-') {
      p = blanks(millis(p));
    }
    if (p < end && body[p] != '\n') {
      throw expected(p, "a timestamp in milliseconds or the end of the line");
    }
    at = p;
  }

  private int millis(int from) {
    boolean negative = body[from] == '-';
    int p = negative ? from + 1 : from;
    long value = 0;
    int first = p;
    while (isDigit(peek(p))) {
      int digit = body[p++] - '0';
      if (value < (Long.MIN_VALUE + digit) / 10) {
        throw invalid(from, "timestamp \"%s\" is out of range".formatted(shown(from, lineEnd(p))));
      }
      // Collected below zero, where there is room for one more.
      value = value * 10 - digit;
    }
    if (p == first || !negative && value == Long.MIN_VALUE) {
      throw expected(from, "a timestamp in milliseconds");
    }
    timestamp(negative ? value : -value);
    return p;
  }

  @Override
  public String text() {
    return SeriesText.unescapeHelp(this, textFrom(), textTo(), help, false);
  }

  @Override
  boolean needsCommas() {
    return false;
  }

  @Override
  int blanks(int from) {
    int p = from;
    while (p < end && (body[p] == ' ' || body[p] == '\t')) {
      p++;
    }
    return p;
  }
}
