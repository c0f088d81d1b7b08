package dev.vedette.promql.script;

import com.google.re2j.Pattern;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One command of a script, with the number of its line. */
public sealed interface Command {
  int line();

  /** Forgets all samples. */
  record Clear(int line) implements Command {}

  /**
   * Adds series, a sample a step from the epoch on.
   *
   * @param converts whether classic histograms are added as native ones, too
   */
  record Load(int line, long stepMillis, List<Loaded> series, boolean converts) implements Command {
    public Load {
      series = List.copyOf(series);
    }
  }

  /** A series with the start timestamps of its samples. */
  record Loaded(SeriesLine series, StartLine starts) {}

  /**
   * Evaluates and compares.
   *
   * @param times when
   * @param expectations what besides values
   * @param results series expected, in order
   * @param scalar expected instead of series
   */
  record Eval(
      int line,
      Times times,
      String expression,
      List<Expectation> expectations,
      List<SeriesLine> results,
      @Nullable Double scalar)
      implements Command {
    public Eval {
      expectations = List.copyOf(expectations);
      results = List.copyOf(results);
    }
  }

  /**
   * When to evaluate.
   *
   * @param stepMillis 0 for an instant query
   */
  record Times(long startMillis, long endMillis, long stepMillis) {
    boolean isInstant() {
      return stepMillis == 0;
    }
  }

  /** A line of expectation. */
  sealed interface Expectation {
    /** That it fails; no text means any. */
    record Fail(Text text) implements Expectation {}

    record Warn(Text text) implements Expectation {}

    @SuppressWarnings("AvoidCommonTypeNames") // The word of the scripts.
    record Info(Text text) implements Expectation {}

    record NoWarn() implements Expectation {}

    record NoInfo() implements Expectation {}

    record Ordered() implements Expectation {}

    /** That an instant query gives a matrix with points at these times. */
    record RangeVector(Times times) implements Expectation {}

    record StringResult(String value) implements Expectation {}
  }

  /** A text, or a regular expression to be found in one; neither accepts anything. */
  record Text(@Nullable String exact, @Nullable String regex) {
    static final Text ANY = new Text(null, null);

    boolean accepts(String text) {
      if (exact != null) {
        return exact.equals(text);
      }
      return regex == null || Pattern.compile(regex).matcher(text).find();
    }
  }
}
