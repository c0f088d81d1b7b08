package dev.vedette.tsdb.head;

import dev.vedette.model.Utf8;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What can be known of a regular expression by looking at it: that it is a set of plain words
 * ({@code a|b|c}), or that all it accepts begins with some text.
 *
 * @param alternatives the words, where the expression is nothing else
 * @param prefix what every accepted value begins with; may be empty
 * @param isPrefixOnly whether everything with the prefix is accepted ({@code api.*})
 */
record RegexShape(Optional<List<String>> alternatives, String prefix, boolean isPrefixOnly) {
  private static final String SPECIAL = "\\.+*?()|[]{}^$";

  static RegexShape of(String regex) {
    int special = special(regex, 0);
    if (special == regex.length()) {
      return new RegexShape(Optional.of(List.of(regex)), regex, false);
    }
    Optional<List<String>> words = words(regex);
    if (words.isPresent()) {
      return new RegexShape(words, "", false);
    }
    if (regex.indexOf('|') >= 0) {
      return new RegexShape(Optional.empty(), "", false);
    }
    // The character before a quantifier may be absent, so it is not part of the prefix.
    boolean quantified = "*?{".indexOf(regex.charAt(special)) >= 0;
    int end = quantified ? Math.max(0, special - 1) : special;
    if (end > 0 && Character.isLowSurrogate(regex.charAt(end)) && quantified) {
      end--;
    }
    String rest = regex.substring(special);
    return new RegexShape(Optional.empty(), regex.substring(0, end), rest.equals(".*"));
  }

  private static int special(String regex, int from) {
    int at = from;
    while (at < regex.length() && SPECIAL.indexOf(regex.charAt(at)) < 0) {
      at++;
    }
    return at;
  }

  private static Optional<List<String>> words(String regex) {
    Set<String> words = new LinkedHashSet<>();
    int from = 0;
    while (true) {
      int end = special(regex, from);
      if (end < regex.length() && regex.charAt(end) != '|') {
        return Optional.empty();
      }
      words.add(regex.substring(from, end));
      if (end == regex.length()) {
        return Optional.of(List.copyOf(words));
      }
      from = end + 1;
    }
  }

  /** Where values with the prefix begin in a sorted array. */
  int first(String[] sorted) {
    int found = Arrays.binarySearch(sorted, prefix, Utf8::compare);
    return found >= 0 ? found : -found - 1;
  }
}
