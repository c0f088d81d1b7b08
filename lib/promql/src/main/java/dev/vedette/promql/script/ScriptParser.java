package dev.vedette.promql.script;

import dev.vedette.model.ErrorId;
import dev.vedette.model.InvalidRequest;
import dev.vedette.promql.lex.Strings;
import dev.vedette.promql.parse.Durations;
import dev.vedette.promql.script.Command.Expectation;
import dev.vedette.promql.script.Command.Text;
import dev.vedette.promql.script.Command.Times;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads scripts line by line. A block ends with an empty line or a comment; commands are {@code
 * clear}, {@code load}, {@code eval instant} and {@code eval range}.
 */
public final class ScriptParser {
  private static final Pattern INSTANT =
      Pattern.compile(
          "^eval(?:_(fail|warn|ordered|info))?\\s+instant\\s+(?:at\\s+(.+?))?\\s+(.+)$");
  private static final Pattern RANGE =
      Pattern.compile(
          "^eval(?:_(fail|warn|info))?\\s+range\\s+from\\s+(.+)\\s+to\\s+(.+)\\s+step\\s+(.+?)"
              + "\\s+(.+)$");
  private static final Pattern RANGE_VECTOR =
      Pattern.compile("^expect range vector\\s+from\\s+(.+)\\s+to\\s+(.+)\\s+step\\s+(.+)$");
  private static final Pattern EXPECT =
      Pattern.compile("^expect\\s+(fail|warn|info|no_warn|no_info|ordered)(?:\\s+(.*))?$");
  private static final StartLine NO_STARTS = new StartLine(List.of());

  private final List<String> lines;
  private final List<Command> commands = new ArrayList<>();
  private int at;

  private ScriptParser(String script) {
    this.lines =
        script.lines().map(String::strip).map(line -> line.startsWith("#") ? "" : line).toList();
  }

  /** Throws {@link InvalidRequest} with the number of the line that is wrong. */
  public static List<Command> parse(String script) {
    return new ScriptParser(script).parse();
  }

  private List<Command> parse() {
    while (at < lines.size()) {
      String line = lines.get(at++);
      if (line.isEmpty()) {
        continue;
      }
      try {
        commands.add(command(line));
      } catch (IllegalArgumentException | InvalidRequest e) {
        throw new InvalidRequest(
            ErrorId.INVALID_EXPRESSION, "line %d: %s".formatted(at, e.getMessage()), "", e);
      }
    }
    return commands;
  }

  private Command command(String line) {
    if (line.equals("clear")) {
      return new Command.Clear(at);
    }
    if (line.startsWith("load")) {
      return load(line);
    }
    if (line.startsWith("eval")) {
      return eval(line);
    }
    throw new IllegalArgumentException(
        "unknown command \"%s\"; write clear, load or eval".formatted(line));
  }

  private Command load(String line) {
    int number = at;
    long step = Durations.parseMillis(line.substring(line.indexOf(' ') + 1).strip());
    List<Command.Loaded> series = new ArrayList<>();
    StartLine starts = NO_STARTS;
    while (hasBody()) {
      String text = lines.get(at++);
      if (StartLine.is(text)) {
        starts = StartLine.parse(text);
      } else {
        series.add(new Command.Loaded(SeriesLine.parse(text), starts));
        starts = NO_STARTS;
      }
    }
    return new Command.Load(number, step, series, line.startsWith("load_with_nhcb"));
  }

  private boolean hasBody() {
    return at < lines.size() && !lines.get(at).isEmpty();
  }

  private Command eval(String line) {
    int number = at;
    Matcher instant = INSTANT.matcher(line);
    if (instant.matches()) {
      long time = instant.group(2) == null ? 0 : duration(instant.group(2));
      return body(number, new Times(time, time, 0), instant.group(3), old(instant.group(1)));
    }
    Matcher range = RANGE.matcher(line);
    if (range.matches()) {
      Times times =
          new Times(duration(range.group(2)), duration(range.group(3)), duration(range.group(4)));
      return body(number, times, range.group(5), old(range.group(1)));
    }
    throw new IllegalArgumentException(
        "\"%s\" is neither eval instant at … nor eval range from … to … step …".formatted(line));
  }

  private static List<Expectation> old(String suffix) {
    List<Expectation> expectations = new ArrayList<>();
    switch (suffix) {
      case "fail" -> expectations.add(new Expectation.Fail(Text.ANY));
      case "warn" -> expectations.add(new Expectation.Warn(Text.ANY));
      case "info" -> expectations.add(new Expectation.Info(Text.ANY));
      case "ordered" -> expectations.add(new Expectation.Ordered());
      case null, default -> {}
    }
    return expectations;
  }

  private Command body(int number, Times times, String expression, List<Expectation> expectations) {
    List<SeriesLine> results = new ArrayList<>();
    Double scalar = null;
    while (scalar == null && hasBody()) {
      String line = lines.get(at++);
      if (line.startsWith("expect")) {
        expectations.add(expectation(line));
      } else if (isNumber(line)) {
        scalar = SeriesLine.number(line);
      } else {
        results.add(SeriesLine.parse(line));
      }
    }
    return new Command.Eval(number, times, expression, expectations, results, scalar);
  }

  private static boolean isNumber(String line) {
    try {
      return !Double.valueOf(SeriesLine.number(line)).isNaN() || line.equalsIgnoreCase("nan");
    } catch (NumberFormatException e) {
      return false;
    }
  }

  private static Expectation expectation(String line) {
    Matcher range = RANGE_VECTOR.matcher(line);
    if (range.matches()) {
      return new Expectation.RangeVector(
          new Times(duration(range.group(1)), duration(range.group(2)), duration(range.group(3))));
    }
    if (line.startsWith("expect string")) {
      return new Expectation.StringResult(
          Strings.unquote(line.substring("expect string".length()).strip()));
    }
    Matcher matcher = EXPECT.matcher(line);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("unknown expectation \"%s\"".formatted(line));
    }
    return switch (matcher.group(1)) {
      case "fail" -> new Expectation.Fail(text(matcher.group(2)));
      case "warn" -> new Expectation.Warn(text(matcher.group(2)));
      case "info" -> new Expectation.Info(text(matcher.group(2)));
      case "no_warn" -> new Expectation.NoWarn();
      case "no_info" -> new Expectation.NoInfo();
      default -> new Expectation.Ordered();
    };
  }

  private static Text text(String rest) {
    if (rest == null) {
      return Text.ANY;
    }
    if (rest.startsWith("msg:")) {
      return new Text(rest.substring("msg:".length()).strip(), null);
    }
    if (rest.startsWith("regex:")) {
      return new Text(null, rest.substring("regex:".length()).strip());
    }
    throw new IllegalArgumentException("expected msg: or regex:, found \"%s\"".formatted(rest));
  }

  private static long duration(String text) {
    boolean negative = text.startsWith("-");
    String unsigned = negative ? text.substring(1) : text;
    long millis =
        unsigned.matches("[0-9.]+")
            ? Math.round(Double.parseDouble(unsigned) * 1000)
            : Durations.parseMillis(unsigned);
    return negative ? -millis : millis;
  }
}
