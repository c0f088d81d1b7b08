package dev.vedette.model;

import java.util.ArrayDeque;

/**
 * Measures what the compilation of a regular expression costs, without doing it: its parts with
 * counted repetitions written out, and its rows of characters that stand for themselves. Knows just
 * enough syntax to find groups, classes and counts; whether the rest is right is the compiler's to
 * say.
 */
final class RegexSize {
  private static final String OPERATORS = "|*+?.^$";
  private static final String CLASSES = "dDsSwWpPbBAzZC";

  private final String regex;
  // A text with one character beyond Latin-1 takes two bytes for each.
  private final int characterBytes;
  private final ArrayDeque<Long> outer = new ArrayDeque<>();
  private int at;
  private long group;
  private long part;
  private long row;
  private long copied;

  private RegexSize(String regex) {
    this.regex = regex;
    this.characterBytes = regex.chars().allMatch(c -> c <= 0xff) ? 1 : 2;
  }

  /** Of all of it, or of as much as has more than {@code mostParts}. */
  static RegexSize of(String regex, long mostParts) {
    RegexSize size = new RegexSize(regex);
    while (size.at < regex.length() && size.group <= mostParts) {
      size.step();
    }
    return size;
  }

  /** Characters, classes and groups; of the group that was measured last when it is too much. */
  long parts() {
    return group;
  }

  /** Bytes that the compiler copies. */
  long copied() {
    return copied;
  }

  private void step() {
    char c = regex.charAt(at++);
    switch (c) {
      case '\\' -> escape();
      case '[' -> characterClass();
      case '(' -> {
        outer.push(group);
        group = 0;
        inRow(0);
        lookedAt(1);
      }
      case ')' -> endGroup();
      case '{' -> repetition();
      default -> {
        add(1);
        inRow(OPERATORS.indexOf(c) >= 0 ? 0 : 1);
      }
    }
  }

  /**
   * So many characters that stand for themselves, or none, which ends the row. Each is put to a
   * copy of those before it.
   */
  private void inRow(int characters) {
    for (int i = 0; i < characters; i++) {
      copied += Integer.BYTES * ++row;
    }
    row = characters == 0 ? 0 : row;
  }

  /** The compiler looks at a copy of what is left, so many times. */
  private void lookedAt(int times) {
    copied += (long) times * characterBytes * (regex.length() - at);
  }

  private void add(long size) {
    part = size;
    group += size;
  }

  private void endGroup() {
    long inner = group + 1;
    group = outer.isEmpty() ? 0 : outer.pop();
    add(inner);
    inRow(0);
  }

  /**
   * {@code \Q…\E} is text as it stands; {@code \p{…}} and {@code \x{…}} have braces of their own.
   */
  private void escape() {
    lookedAt(2);
    if (regex.startsWith("Q", at)) {
      int end = regex.indexOf("\\E", at);
      int after = end < 0 ? regex.length() : end + 2;
      add(after - at);
      inRow((end < 0 ? after : end) - at - 1);
      part = 1;
      at = after;
      return;
    }
    at = Math.min(at + 1, regex.length());
    inRow(CLASSES.indexOf(regex.charAt(at - 1)) >= 0 ? 0 : 1);
    if (regex.startsWith("{", at) && "pPx".indexOf(regex.charAt(at - 1)) >= 0) {
      int end = regex.indexOf('}', at);
      at = end < 0 ? regex.length() : end + 1;
    }
    add(1);
  }

  private void characterClass() {
    if (regex.startsWith("^", at)) {
      at++;
    }
    int first = at;
    while (at < regex.length() && (regex.charAt(at) != ']' || at == first)) {
      lookedAt(3);
      if (regex.startsWith("[:", at) && regex.indexOf(":]", at) >= 0) {
        at = regex.indexOf(":]", at) + 1;
      }
      at += regex.charAt(at) == '\\' ? 2 : 1;
    }
    // A class of one character is that character, also in a row.
    inRow(at - first > 2 ? 0 : 1);
    at++;
    add(1);
  }

  /** A brace that is no count stands for itself. */
  private void repetition() {
    int end = regex.indexOf('}', at);
    String count = end < 0 ? "" : regex.substring(at, Math.min(end, at + 12));
    if (!count.matches("[0-9]{1,5}(,[0-9]{0,5})?")) {
      add(1);
      inRow(1);
      return;
    }
    inRow(0);
    at = end + 1;
    long times = 1;
    for (String number : count.split(",")) {
      times = Math.max(times, Long.parseLong(number));
    }
    group += part * (times - 1);
    part *= times;
  }
}
