package dev.vedette.model;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Regular expressions on whole label values, compiled with a bound on their size: counted
 * repetitions are written out when compiled, and {@code ((x{1000}){1000}){1000}} would take all
 * memory there is.
 */
public final class LabelRegex {
  /** Characters, classes and groups of an expression with all its repetitions written out. */
  public static final int MAX_SIZE = 100_000;

  /** Characters in a row that stand for themselves. */
  public static final int MAX_LITERAL = 11_000;

  /** Characters of a class, where the class is all there is and within Latin-1. */
  public static final int MAX_CLASS = 13_000;

  /**
   * What the compiler may copy, in bytes that are garbage at once. It copies for each character of
   * a row and of a class, for each group and escape, so that 100,000 characters could cost 20 GB.
   */
  private static final long MOST_COPIED = 256 << 20;

  private LabelRegex() {}

  /**
   * The test of a whole value. Plain words and what is asked for by how it begins and ends need no
   * compilation, which costs a thousand times as much as looking. Throws {@link
   * PatternSyntaxException}, as {@link #compile} does.
   */
  static Predicate<String> test(String regex) {
    Optional<List<String>> words = RegexHints.literals(regex);
    String prefix = RegexHints.prefix(regex);
    if (words.isPresent()) {
      checkSize(regex);
      // Words may be made to collide; in the buckets of this set they are found all the same.
      Set<String> set = new HashSet<>(words.get());
      return set::contains;
    }
    if (regex.equals(prefix + ".*")) {
      checkSize(regex);
      return value -> value.startsWith(prefix);
    }
    if (regex.equals(prefix + ".+")) {
      checkSize(regex);
      return value -> value.length() > prefix.length() && value.startsWith(prefix);
    }
    return RegexHints.gap(regex)
        .<Predicate<String>>map(
            gap -> {
              checkSize(regex);
              return gap::matches;
            })
        .orElseGet(() -> compile(regex)::matches);
  }

  /** Anchored at both ends; a dot matches line ends too. Throws {@link PatternSyntaxException}. */
  public static Pattern compile(String regex) {
    checkSize(regex);
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

  private static void checkSize(String regex) {
    RegexSize size = RegexSize.of(regex, MAX_SIZE);
    if (size.parts() > MAX_SIZE) {
      throw tooLarge(regex);
    }
    if (size.copied() > MOST_COPIED) {
      throw new PatternSyntaxException(
          "too long; at most %d characters in a row may stand for themselves and %d be in a class, fewer in several or beyond Latin-1"
              .formatted(MAX_LITERAL, MAX_CLASS),
          regex);
    }
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
