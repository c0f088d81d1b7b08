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

  private LabelRegex() {}

  /** Anchored at both ends; a dot matches line ends too. Throws {@link PatternSyntaxException}. */
  public static Pattern compile(String regex) {
    if (new RegexSize(regex).exceeds(MAX_SIZE)) {
      throw tooLarge(regex);
    }
    try {
      return Pattern.compile("^(?s:" + regex + ")$");
    } catch (StackOverflowError e) {
      // The compiler calls itself once a level, and only it knows how deep that is.
      throw tooLarge(regex);
    }
  }

  private static PatternSyntaxException tooLarge(String regex) {
    return new PatternSyntaxException(
        "too large or nested too deep; with its repetitions written out it may have %d parts"
            .formatted(MAX_SIZE),
        regex);
  }
}
