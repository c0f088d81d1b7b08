package dev.vedette.promql.script;

import dev.vedette.model.ErrorId;
import dev.vedette.model.InvalidRequest;
import dev.vedette.model.Labels;
import dev.vedette.promql.parse.Parser;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One series as scripts write it: {@code metric{a="b"} 1 2 _ 0+10x3 stale}, a value or a gap a
 * step.
 */
public record SeriesLine(Labels labels, List<Item> items) {
  private static final String NUMBER =
      "(?:(?:\\d+(?:\\.\\d*)?|\\.\\d+)(?:[eE][+-]?\\d+)?|[iI]nf|[nN]a[nN])";
  private static final Pattern ITEM =
      Pattern.compile("(_|stale|[+-]?%1$s)(?:([+-]%1$s))?(?:x(\\d+))?".formatted(NUMBER));
  private static final int MOST_REPEATS = 1_000_000;

  /** What a series has at one step. */
  public sealed interface Item {
    /** Nothing. */
    record Gap() implements Item {}

    record Value(double value) implements Item {}

    /** The series ends. */
    record Stale() implements Item {}

    /** A native histogram, as written. */
    record Histogram(String text) implements Item {}
  }

  public SeriesLine {
    items = List.copyOf(items);
  }

  /** Throws {@link InvalidRequest} where the line is not a series. */
  public static SeriesLine parse(String line) {
    // The braces of a histogram would read as those of a selector.
    Parser.SeriesHead head = Parser.parseSeriesHead(line.substring(0, firstHistogram(line)));
    String rest = line.substring(head.end());
    return new SeriesLine(head.labels(), items(rest));
  }

  private static int firstHistogram(String line) {
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

  /** Parses the items alone. */
  static List<Item> items(String text) {
    List<Item> items = new ArrayList<>();
    String rest = text.strip();
    while (!rest.isEmpty()) {
      int end = rest.startsWith("{{") ? histogramEnd(rest) : wordEnd(rest);
      String word = rest.substring(0, end);
      if (word.startsWith("{{")) {
        addHistograms(word, items);
      } else {
        addNumbers(word, items);
      }
      rest = rest.substring(end).strip();
    }
    return items;
  }

  private static int wordEnd(String text) {
    int end = 0;
    while (end < text.length() && !Character.isWhitespace(text.charAt(end))) {
      end++;
    }
    return end;
  }

  private static int histogramEnd(String text) {
    int end = text.indexOf("}}");
    if (end < 0) {
      throw invalid("histogram \"%s\" is not closed by }}".formatted(text));
    }
    end += 2;
    boolean increment = end + 2 < text.length() && text.startsWith("{{", end + 1);
    if (increment) {
      return end + 1 + histogramEnd(text.substring(end + 1));
    }
    return end + wordEnd(text.substring(end));
  }

  private static void addHistograms(String word, List<Item> items) {
    int repeat = word.lastIndexOf("}}") + 2;
    String times = word.substring(repeat);
    int count = times.startsWith("x") ? repeats(times.substring(1)) + 1 : 1;
    for (int i = 0; i < count; i++) {
      items.add(new Item.Histogram(word));
    }
  }

  private static void addNumbers(String word, List<Item> items) {
    Matcher matcher = ITEM.matcher(word);
    if (!matcher.matches()) {
      throw invalid("\"%s\" is not a value, a repetition or a gap".formatted(word));
    }
    String first = matcher.group(1);
    String step = matcher.group(2);
    String times = matcher.group(3);
    if (step != null && times == null) {
      throw invalid("\"%s\" has an increment but no number of repetitions".formatted(word));
    }
    boolean gap = first.equals("_");
    if (step != null && (gap || first.equals("stale"))) {
      throw invalid("\"%s\" increments what is not a number".formatted(word));
    }
    int more = times == null ? 0 : repeats(times);
    if (gap) {
      for (int i = 0; i < (times == null ? 1 : more); i++) {
        items.add(new Item.Gap());
      }
      return;
    }
    if (first.equals("stale")) {
      for (int i = 0; i <= more; i++) {
        items.add(new Item.Stale());
      }
      return;
    }
    double value = number(first);
    double increment = step == null ? 0 : number(step);
    items.add(new Item.Value(value));
    for (int i = 0; i < more; i++) {
      value += increment;
      items.add(new Item.Value(value));
    }
  }

  private static int repeats(String digits) {
    int count = digits.length() > 7 ? Integer.MAX_VALUE : Integer.parseInt(digits);
    if (count > MOST_REPEATS) {
      throw invalid("%s repetitions are more than %d".formatted(digits, MOST_REPEATS));
    }
    return count;
  }

  /** A number with {@code Inf} and {@code NaN} in any case. */
  static double number(String text) {
    String unsigned = text.replaceFirst("^[+-]", "");
    double sign = text.startsWith("-") ? -1 : 1;
    if (unsigned.equalsIgnoreCase("inf")) {
      return sign * Double.POSITIVE_INFINITY;
    }
    return unsigned.equalsIgnoreCase("nan") ? Double.NaN : sign * Double.parseDouble(unsigned);
  }

  private static InvalidRequest invalid(String message) {
    return new InvalidRequest(
        ErrorId.INVALID_EXPRESSION, message, "write values such as 1, 0+10x5, _x3 or stale");
  }
}
