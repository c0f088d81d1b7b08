package dev.vedette.model;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

/**
 * Regular expressions on whole label values, compiled with a bound on their size: counted
 * repetitions are written out when compiled, and {@code ((x{1000}){1000}){1000}} would take all
 * memory there is.
 */
public final class LabelRegex {
  /** Characters, classes and groups of an expression with all its repetitions written out. */
  public static final int MAX_SIZE = 100_000;

  /**
   * Characters in a row that stand for themselves. The compiler copies them all for each one more:
   * 8,000 of them cost it 130 MB that are garbage at once, 100,000 would be 20 GB.
   */
  public static final int MAX_LITERAL = 8_000;

  private static final String OPERATORS = "|()[]{}*+?.^$";
  private static final String CLASSES = "dDsSwWpPbBAz";

  private LabelRegex() {}

  /** Anchored at both ends; a dot matches line ends too. Throws {@link PatternSyntaxException}. */
  public static Pattern compile(String regex) {
    if (new RegexSize(regex).exceeds(MAX_SIZE)) {
      throw tooLarge(regex);
    }
    if (longestLiteral(regex) > MAX_LITERAL) {
      throw new PatternSyntaxException(
          "too long; at most %d characters in a row may stand for themselves"
              .formatted(MAX_LITERAL),
          regex);
    }
    try {
      // By itself first where that makes a difference: a)|(b is nothing that anchors can hold.
      if (regex.indexOf(')') >= 0) {
        check(regex);
      }
      return anchored(regex);
    } catch (StackOverflowError e) {
      // The compiler calls itself once a level, and only it knows how deep that is.
      throw tooLarge(regex);
    }
  }

  private static int longestLiteral(String regex) {
    int longest = 0;
    int row = 0;
    for (int i = 0; i < regex.length(); i++) {
      char c = regex.charAt(i);
      if (regex.startsWith("\\Q", i)) {
        int end = regex.indexOf("\\E", i);
        int to = end < 0 ? regex.length() : end;
        row += to - i;
        i = to + 1;
      } else if (c == '\\' && i + 1 < regex.length()) {
        i++;
        row = CLASSES.indexOf(regex.charAt(i)) >= 0 ? 0 : row + 1;
      } else {
        row = OPERATORS.indexOf(c) >= 0 ? 0 : row + 1;
      }
      longest = Math.max(longest, row);
    }
    return longest;
  }

  private static Pattern anchored(String regex) {
    try {
      return Pattern.compile("^(?s:" + regex + ")$");
    } catch (PatternSyntaxException e) {
      // The complaint about what was asked for, not about what it was made part of.
      check(regex);
      throw e;
    }
  }

  private static void check(String regex) {
    try {
      Pattern.compile(regex);
    } catch (PatternSyntaxException e) {
      // A group that ends without having begun is told as a fault of the compiler's.
      throw e.getDescription().contains("internal error")
          ? new PatternSyntaxException("unexpected )", regex)
          : e;
    }
  }

  private static PatternSyntaxException tooLarge(String regex) {
    return new PatternSyntaxException(
        "too large or nested too deep; with its repetitions written out it may have %d parts"
            .formatted(MAX_SIZE),
        regex);
  }
}
