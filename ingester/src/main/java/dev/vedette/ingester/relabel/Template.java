package dev.vedette.ingester.relabel;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.vedette.model.LabelRegex;
import java.util.Optional;

/** Regular expressions of rules and the {@code $1}, {@code ${1}}, {@code $name} in their texts. */
final class Template {
  private Template() {}

  /** Anchored at both ends; a dot matches line ends too. Throws {@link PatternSyntaxException}. */
  static Pattern compile(String regex) {
    return LabelRegex.compile(regex);
  }

  static Optional<String> problem(String regex) {
    try {
      compile(regex);
      return Optional.empty();
    } catch (PatternSyntaxException e) {
      return Optional.of(
          "regex \"%s\" does not compile: %s; RE2 syntax has no look-around or back-references"
              .formatted(regex, e.getDescription()));
    }
  }

  static boolean hasVariables(String text) {
    return text.indexOf('$') >= 0;
  }

  /** Whether text holds what UTF-8 cannot: a replacement character or half a surrogate pair. */
  static boolean isBroken(String text) {
    return text.codePoints().anyMatch(c -> c == 0xfffd || c >= 0xd800 && c <= 0xdfff);
  }

  /**
   * The text with its variables filled from a match: a group that does not exist or did not take
   * part is empty, {@code $$} is a dollar, a dollar before anything else stands for itself.
   */
  static String expand(String text, Matcher match) {
    int dollar = text.indexOf('$');
    if (dollar < 0) {
      return text;
    }
    StringBuilder out = new StringBuilder();
    int from = 0;
    while (dollar >= 0 && dollar + 1 < text.length()) {
      out.append(text, from, dollar);
      from = variable(text, dollar, match, out);
      dollar = text.indexOf('$', from);
    }
    return out.append(text, from, text.length()).toString();
  }

  /** Appends what the dollar at {@code at} stands for; returns the offset behind it. */
  private static int variable(String text, int at, Matcher match, StringBuilder out) {
    if (text.charAt(at + 1) == '$') {
      out.append('$');
      return at + 2;
    }
    boolean braced = text.charAt(at + 1) == '{';
    int from = braced ? at + 2 : at + 1;
    int to = from;
    while (to < text.length() && isWord(text.codePointAt(to))) {
      to += Character.charCount(text.codePointAt(to));
    }
    boolean closed = !braced || to < text.length() && text.charAt(to) == '}';
    if (to == from || !closed) {
      out.append('$');
      return at + 1;
    }
    out.append(group(text.substring(from, to), match));
    return braced ? to + 1 : to;
  }

  private static boolean isWord(int c) {
    return c == '_' || Character.isLetterOrDigit(c);
  }

  private static String group(String name, Matcher match) {
    int index = number(name);
    if (index < 0) {
      index = match.pattern().namedGroups().getOrDefault(name, Integer.MAX_VALUE);
    }
    String group = index <= match.groupCount() ? match.group(index) : null;
    return group == null ? "" : group;
  }

  private static int number(String name) {
    boolean digits = name.chars().allMatch(c -> c >= '0' && c <= '9');
    boolean leadingZero = name.length() > 1 && name.charAt(0) == '0';
    return digits && !leadingZero && name.length() < 9 ? Integer.parseInt(name) : -1;
  }
}
