package dev.vedette.promql.script;

import dev.vedette.model.Histogram;
import dev.vedette.model.InvalidRequest;
import dev.vedette.model.Labels;
import dev.vedette.promql.histogram.HistogramMath;
import dev.vedette.promql.parse.Parser;
import dev.vedette.promql.script.SeriesToken.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One series as scripts write it: {@code metric{a="b"} 1 2 _ 0+10x3 stale}, a value, a histogram or
 * a gap a step.
 */
public record SeriesLine(Labels labels, List<Item> items) {
  private static final int MOST_REPEATS = 1_000_000;

  /** What a series has at one step. */
  public sealed interface Item {
    /** Nothing. */
    record Gap() implements Item {}

    record Value(double value) implements Item {}

    /** The series ends. */
    record Stale() implements Item {}

    /** A native histogram. */
    record Histogram(HistogramLiteral literal) implements Item {}
  }

  public SeriesLine {
    items = List.copyOf(items);
  }

  /** Throws {@link InvalidRequest} where the line is not a series. */
  public static SeriesLine parse(String line) {
    int end = headEnd(line);
    Parser.SeriesHead head = Parser.parseSeriesHead(line.substring(0, end));
    return new SeriesLine(head.labels(), new Items(new SeriesTokens(line, head.end())).read());
  }

  /** Where the name and labels end at the latest: at the first histogram. */
  public static int headEnd(String line) {
    char quote = 0;
    for (int i = 0; i + 1 < line.length(); i++) {
      char c = line.charAt(i);
      if (quote != 0) {
        i += c == '\\' && quote != '`' ? 1 : 0;
        quote = c == quote ? 0 : quote;
      } else if (c == '"' || c == '\'' || c == '`') {
        quote = c;
      } else if (c == '{' && line.charAt(i + 1) == '{') {
        return i;
      }
    }
    return line.length();
  }

  /** Reads the items of one line. */
  private static final class Items {
    private final SeriesTokens tokens;
    private final List<Item> items = new ArrayList<>();

    Items(SeriesTokens tokens) {
      this.tokens = tokens;
    }

    List<Item> read() {
      tokens.skip(Kind.SPACE);
      while (!tokens.isAtEnd()) {
        item();
        if (!tokens.isAtEnd()) {
          tokens.expect(Kind.SPACE);
        }
        tokens.skip(Kind.SPACE);
      }
      return items;
    }

    private void item() {
      if (tokens.take(Kind.BLANK)) {
        repeat(new Item.Gap(), tokens.take(Kind.TIMES) ? repeats() : 1);
      } else if (tokens.take(Kind.OPEN_HIST)) {
        histograms(HistogramLiteral.read(tokens));
      } else if (tokens.isAt(Kind.IDENTIFIER)) {
        SeriesToken word = tokens.next();
        if (!word.text().toLowerCase(Locale.ROOT).equals("stale")) {
          throw tokens.unexpected(word);
        }
        repeat(new Item.Stale(), tokens.take(Kind.TIMES) ? repeats() + 1 : 1);
      } else {
        numbers(number());
      }
    }

    private void repeat(Item item, int times) {
      for (int i = 0; i < times; i++) {
        items.add(item);
      }
    }

    private double number() {
      boolean negative = tokens.take(Kind.SUB);
      if (!negative) {
        tokens.take(Kind.ADD);
      }
      double value = SeriesLine.number(tokens.expect(Kind.NUMBER).text());
      return negative ? -value : value;
    }

    private void numbers(double first) {
      double increment = 0;
      boolean changes = tokens.isAt(Kind.ADD) || tokens.isAt(Kind.SUB);
      if (changes) {
        increment = number();
      }
      int more = changes || tokens.isAt(Kind.TIMES) ? repeatsBehind() : 0;
      double value = first;
      items.add(new Item.Value(value));
      for (int i = 0; i < more; i++) {
        value += increment;
        items.add(new Item.Value(value));
      }
    }

    private int repeatsBehind() {
      tokens.expect(Kind.TIMES);
      return repeats();
    }

    private int repeats() {
      String digits = tokens.expect(Kind.NUMBER).text();
      boolean whole = digits.chars().allMatch(c -> c >= '0' && c <= '9');
      int count = whole && digits.length() <= 7 ? Integer.parseInt(digits) : Integer.MAX_VALUE;
      if (count > MOST_REPEATS) {
        throw tokens.refused(
            "%s repetitions; a whole number up to %d is allowed".formatted(digits, MOST_REPEATS));
      }
      return count;
    }

    private void histograms(HistogramLiteral first) {
      boolean adds = tokens.isAt(Kind.ADD);
      boolean changes = adds || tokens.isAt(Kind.SUB);
      if (!changes) {
        repeat(new Item.Histogram(first), tokens.isAt(Kind.TIMES) ? repeatsBehind() + 1 : 1);
        return;
      }
      tokens.next();
      tokens.expect(Kind.OPEN_HIST);
      Histogram step = HistogramLiteral.read(tokens).histogram();
      tokens.expect(Kind.TIMES);
      int more = repeats();
      checkSchemas(first.histogram(), step);
      HistogramLiteral current = first;
      items.add(new Item.Histogram(current));
      for (int i = 0; i < more; i++) {
        Histogram before = current.histogram();
        Histogram next =
            (adds ? HistogramMath.add(before, step) : HistogramMath.subtract(before, step))
                .histogram();
        current = new HistogramLiteral(next, first.hinted());
        items.add(new Item.Histogram(current));
      }
    }

    private void checkSchemas(Histogram first, Histogram step) {
      int schema = first.layout().schema();
      int other = step.layout().schema();
      if (other < schema || !HistogramMath.areCompatible(first, step)) {
        throw tokens.refused(
            "error combining histograms: cannot merge from schema %d to %d"
                .formatted(other, schema));
      }
    }
  }

  /** A number with {@code Inf} and {@code NaN} in any case, and hexadecimal ones. */
  static double number(String text) {
    String unsigned = text.replaceFirst("^[+-]", "");
    double sign = text.startsWith("-") ? -1 : 1;
    return switch (unsigned.toLowerCase(Locale.ROOT)) {
      case "inf" -> sign * Double.POSITIVE_INFINITY;
      case "nan" -> Double.NaN;
      default ->
          unsigned.regionMatches(true, 0, "0x", 0, 2)
              ? sign * Long.parseLong(unsigned.substring(2), 16)
              : sign * Double.parseDouble(unsigned);
    };
  }
}
