package dev.vedette.querier.datadog;

import dev.vedette.model.ErrorId;
import dev.vedette.model.InvalidRequest;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A query's text with a place in it; spaces between its parts are skipped. One thread. */
final class QueryText {
  private static final Set<String> SUFFIXES = Set.of("rollup", "as_count", "as_rate");
  private static final Pattern NAME = Pattern.compile("[\\p{L}_][\\p{L}\\p{N}_.]*");
  private static final Pattern TAG = Pattern.compile("[\\p{L}_][\\p{L}\\p{N}_./-]*");
  private static final Pattern METRIC_NAME = Pattern.compile("[\\p{L}_][\\p{L}\\p{N}_.:]*");
  private static final Pattern NUMBER =
      Pattern.compile("([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][+-]?[0-9]{1,3})?");
  private static final char END = '\0';

  private final String text;
  private int position;

  /** A name and where it begins. */
  record Name(String text, int at) {}

  QueryText(String text) {
    this.text = text;
    skipSpaces();
  }

  private void skipSpaces() {
    while (position < text.length() && Character.isWhitespace(text.charAt(position))) {
      position++;
    }
  }

  int position() {
    return position;
  }

  boolean atEnd() {
    return position >= text.length();
  }

  /** The next character, or NUL at the end. */
  char peek() {
    return atEnd() ? END : text.charAt(position);
  }

  boolean peekIsDigit() {
    char c = peek();
    boolean fraction =
        c == '.' && position + 1 < text.length() && isDigit(text.charAt(position + 1));
    return isDigit(c) || fraction;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  char take() {
    char c = text.charAt(position++);
    skipSpaces();
    return c;
  }

  boolean accept(char wanted) {
    if (atEnd() || peek() != wanted) {
      return false;
    }
    take();
    return true;
  }

  /** Only right behind what was read last, not behind spaces. */
  boolean acceptHere(char wanted) {
    boolean spaced = position > 0 && Character.isWhitespace(text.charAt(position - 1));
    return !spaced && accept(wanted);
  }

  void expect(char wanted) {
    if (!accept(wanted)) {
      throw unexpected("\"%s\"".formatted(wanted));
    }
  }

  /** A word of its own, in capitals or not. */
  boolean acceptWord(String word) {
    if (!peekWord(word)) {
      return false;
    }
    position += word.length();
    skipSpaces();
    return true;
  }

  boolean peekWord(String word) {
    int end = position + word.length();
    return text.regionMatches(true, position, word, 0, word.length())
        && (end == text.length() || "{}() ,\t\r\n".indexOf(text.charAt(end)) >= 0);
  }

  /** A lone {@code *} among filters. */
  boolean acceptEverything() {
    return accept('*');
  }

  /** A name; what follows a metric as {@code .rollup(} is not part of it. */
  Name name(String expected) {
    return name(NAME, expected);
  }

  /** The name of a tag. */
  Name tag(String expected) {
    return name(TAG, expected);
  }

  /** A name that may have colons, as those of recording rules do. */
  Name metricName(String expected) {
    return name(METRIC_NAME, expected);
  }

  private Name name(Pattern pattern, String expected) {
    Matcher matcher = pattern.matcher(text).region(position, text.length());
    if (!matcher.lookingAt()) {
      throw unexpected(expected);
    }
    int at = position;
    String found = withoutSuffix(matcher.group(), matcher.end());
    position += found.length();
    skipSpaces();
    return new Name(found, at);
  }

  private String withoutSuffix(String name, int end) {
    int dot = name.lastIndexOf('.');
    boolean called = end < text.length() && text.charAt(end) == '(';
    return called && dot > 0 && SUFFIXES.contains(name.substring(dot + 1))
        ? name.substring(0, dot)
        : name;
  }

  String number() {
    Matcher matcher = NUMBER.matcher(text).region(position, text.length());
    if (!matcher.lookingAt()) {
      throw unexpected("a number");
    }
    position = matcher.end();
    skipSpaces();
    return matcher.group();
  }

  /**
   * A tag's value: up to the next comma, closing brace or space, or in double quotes.
   *
   * @param listed whether a closing parenthesis ends it, too
   */
  String value(boolean listed) {
    if (peek() == '"') {
      return quoted();
    }
    int from = position;
    String ends = listed ? ",) \t\r\n" : ",} \t\r\n";
    while (!atEnd() && ends.indexOf(text.charAt(position)) < 0) {
      position++;
    }
    if (from == position) {
      throw unexpected("a value");
    }
    String value = text.substring(from, position);
    skipSpaces();
    return value;
  }

  private String quoted() {
    int from = position;
    StringBuilder value = new StringBuilder();
    position++;
    while (!atEnd() && text.charAt(position) != '"') {
      if (text.charAt(position) == '\\' && position + 1 < text.length()) {
        position++;
      }
      value.append(text.charAt(position++));
    }
    if (atEnd()) {
      throw refused(from, "a value in quotes does not end");
    }
    take();
    return value.toString();
  }

  InvalidRequest unexpected(String expected) {
    String found = atEnd() ? "the end of the query" : "\"%s\"".formatted(foundHere());
    return refused("unexpected %s, expected %s".formatted(found, expected));
  }

  private String foundHere() {
    return text.substring(position, text.offsetByCodePoints(position, 1));
  }

  InvalidRequest refused(String message) {
    return refused(position, message);
  }

  InvalidRequest refused(int at, String message) {
    int line = 1;
    int begin = 0;
    for (int i = 0; i < at; i++) {
      if (text.charAt(i) == '\n') {
        line++;
        begin = i + 1;
      }
    }
    return new InvalidRequest(
        ErrorId.INVALID_EXPRESSION,
        "%d:%d: parse error: %s".formatted(line, at - begin + 1, message),
        "");
  }
}
