package dev.vedette.model;

import java.util.ArrayDeque;

/**
 * Measures a regular expression with its counted repetitions written out, without doing so. Knows
 * just enough syntax to find groups, classes and counts; whether the rest is right is the
 * compiler's to say.
 */
final class RegexSize {
  private final String regex;
  private final ArrayDeque<Long> outer = new ArrayDeque<>();
  private int at;
  private long group;
  private long part;

  RegexSize(String regex) {
    this.regex = regex;
  }

  boolean exceeds(long limit) {
    while (at < regex.length()) {
      step();
      if (group > limit) {
        return true;
      }
    }
    return false;
  }

  private void step() {
    char c = regex.charAt(at++);
    switch (c) {
      case '\\' -> escape();
      case '[' -> characterClass();
      case '(' -> {
        outer.push(group);
        group = 0;
      }
      case ')' -> endGroup();
      case '{' -> repetition();
      default -> add(1);
    }
  }

  private void add(long size) {
    part = size;
    group += size;
  }

  private void endGroup() {
    long inner = group + 1;
    group = outer.isEmpty() ? 0 : outer.pop();
    add(inner);
  }

  /**
   * {@code \Q…\E} is text as it stands; {@code \p{…}} and {@code \x{…}} have braces of their own.
   */
  private void escape() {
    if (regex.startsWith("Q", at)) {
      int end = regex.indexOf("\\E", at);
      int after = end < 0 ? regex.length() : end + 2;
      add(after - at);
      part = 1;
      at = after;
      return;
    }
    at = Math.min(at + 1, regex.length());
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
      if (regex.startsWith("[:", at) && regex.indexOf(":]", at) >= 0) {
        at = regex.indexOf(":]", at) + 1;
      }
      at += regex.charAt(at) == '\\' ? 2 : 1;
    }
    at++;
    add(1);
  }

  /** A brace that is no count stands for itself. */
  private void repetition() {
    int end = regex.indexOf('}', at);
    String count = end < 0 ? "" : regex.substring(at, Math.min(end, at + 12));
    if (!count.matches("[0-9]{1,5}(,[0-9]{0,5})?")) {
      add(1);
      return;
    }
    at = end + 1;
    long times = 1;
    for (String number : count.split(",")) {
      times = Math.max(times, Long.parseLong(number));
    }
    group += part * (times - 1);
    part *= times;
  }
}
