package dev.vedette.tsdb.head;

import dev.vedette.model.RegexHints;
import dev.vedette.model.Utf8;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What can be known of a regular expression by looking at it: that it is a set of plain words
 * ({@code a|b|c}), or that all it accepts begins with some text.
 *
 * @param alternatives the words, where the expression is nothing else
 * @param prefix what every accepted value begins with; may be empty
 * @param isPrefixOnly whether everything with the prefix is accepted ({@code api.*})
 */
record RegexShape(Optional<List<String>> alternatives, String prefix, boolean isPrefixOnly) {
  static RegexShape of(String regex) {
    Optional<List<String>> words =
        RegexHints.literals(regex).map(texts -> texts.stream().distinct().toList());
    if (words.isPresent()) {
      return new RegexShape(words, "", false);
    }
    String prefix = RegexHints.prefix(regex);
    return new RegexShape(Optional.empty(), prefix, regex.equals(prefix + ".*"));
  }

  /** Where values with the prefix begin in a sorted array. */
  int first(String[] sorted) {
    int found = Arrays.binarySearch(sorted, prefix, Utf8::compare);
    return found >= 0 ? found : -found - 1;
  }
}
