package dev.vedette.promql.parse;

import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.promql.lex.Quoting;
import dev.vedette.promql.parse.Modifiers.At;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Expressions back to text, on one line or indented; parsing the text gives the same again. */
public final class Printer {
  /** Widest line that {@link #pretty(Expr)} leaves whole. */
  public static final int DEFAULT_WIDTH = 100;

  private Printer() {}

  /** On one line. */
  public static String print(Expr expr) {
    return switch (expr) {
      case Expr.NumberLiteral number ->
          number.duration()
              ? Durations.format(Math.round(number.value() * 1000))
              : Numbers.format(number.value());
      case Expr.StringLiteral string -> Quoting.quote(string.value());
      case Expr.VectorSelector selector -> selector(selector) + suffix(selector);
      case Expr.MatrixSelector matrix ->
          "%s[%s]%s"
              .formatted(
                  selector(matrix.selector()), duration(matrix.range()), suffix(matrix.selector()));
      case Expr.Subquery subquery -> print(subquery.inner()) + subqueryRange(subquery);
      case Expr.Paren paren -> "(" + print(paren.inner()) + ")";
      case Expr.Unary unary -> (unary.negative() ? "-" : "+") + print(unary.operand());
      case Expr.Binary binary -> chain(binary);
      case Expr.Aggregation aggregation -> {
        Expr parameter = aggregation.parameter();
        String before = parameter == null ? "" : print(parameter) + ", ";
        yield aggregationHead(aggregation) + "(" + before + print(aggregation.operand()) + ")";
      }
      case Expr.Call call ->
          call.arguments().stream()
              .map(Printer::print)
              .collect(Collectors.joining(", ", call.function().name() + "(", ")"));
    };
  }

  /** A long chain of operators is deep on its left: taken apart, it needs no stack. */
  private static String chain(Expr.Binary last) {
    ArrayDeque<Expr.Binary> chain = new ArrayDeque<>();
    Expr first = last;
    while (first instanceof Expr.Binary binary) {
      chain.push(binary);
      first = binary.left();
    }
    StringBuilder out = new StringBuilder(print(first));
    for (Expr.Binary each : chain) {
      out.append(' ').append(operator(each)).append(' ').append(print(each.right()));
    }
    return out.toString();
  }

  /** Indented where it is wider than {@value #DEFAULT_WIDTH}. */
  public static String pretty(Expr expr) {
    return pretty(expr, DEFAULT_WIDTH);
  }

  static String pretty(Expr expr, int width) {
    return new Pretty(width).print(expr, 0);
  }

  static String operator(Expr.Binary binary) {
    return binary.op().symbol()
        + (binary.returnBool() ? " bool" : "")
        + matching(binary.matching());
  }

  private static String matching(@Nullable VectorMatching matching) {
    if (matching == null) {
      return "";
    }
    StringBuilder out = new StringBuilder();
    if (matching.on() || !matching.labels().isEmpty() || matching.isGrouped()) {
      out.append(matching.on() ? " on " : " ignoring ").append(labels(matching.labels()));
    }
    switch (matching.cardinality()) {
      case MANY_TO_ONE -> out.append(" group_left ").append(labels(matching.include()));
      case ONE_TO_MANY -> out.append(" group_right ").append(labels(matching.include()));
      case ONE_TO_ONE, MANY_TO_MANY -> {}
    }
    Double left = matching.fillLeft();
    Double right = matching.fillRight();
    if (left != null && left.equals(right)) {
      return out.append(" fill (").append(Numbers.format(left)).append(')').toString();
    }
    if (left != null) {
      out.append(" fill_left (").append(Numbers.format(left)).append(')');
    }
    if (right != null) {
      out.append(" fill_right (").append(Numbers.format(right)).append(')');
    }
    return out.toString();
  }

  static String aggregationHead(Expr.Aggregation aggregation) {
    String name = aggregation.op().text();
    if (aggregation.without()) {
      return name + " without " + labels(aggregation.grouping()) + " ";
    }
    return aggregation.grouping().isEmpty()
        ? name
        : name + " by " + labels(aggregation.grouping()) + " ";
  }

  static String subqueryRange(Expr.Subquery subquery) {
    DurationExpr step = subquery.step();
    return "[%s:%s]%s"
        .formatted(
            duration(subquery.range()),
            step == null ? "" : duration(step),
            modifiers(subquery.modifiers()));
  }

  private static String labels(List<String> names) {
    return names.stream().map(Printer::label).collect(Collectors.joining(", ", "(", ")"));
  }

  private static String label(String name) {
    return isPlainName(name) ? name : Quoting.quote(name);
  }

  /** Whether a name may stand without quotes: {@code [a-zA-Z_][a-zA-Z0-9_]*}. */
  public static boolean isPlainName(String name) {
    if (name.isEmpty() || Character.isDigit(name.charAt(0))) {
      return false;
    }
    return name.chars()
        .allMatch(
            c -> c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9');
  }

  private static String selector(Expr.VectorSelector selector) {
    List<String> parts = new ArrayList<>();
    for (LabelMatcher matcher : selector.matchers()) {
      boolean isName =
          !selector.name().isEmpty()
              && matcher.name().equals(Labels.METRIC_NAME)
              && matcher.type() == LabelMatcher.Type.EQUAL
              && matcher.value().equals(selector.name());
      if (!isName) {
        parts.add(label(matcher.name()) + matcher.type().symbol() + Quoting.quote(matcher.value()));
      }
    }
    parts.sort(null);
    if (parts.isEmpty()) {
      return selector.name().isEmpty() ? "{}" : selector.name();
    }
    return parts.stream().collect(Collectors.joining(",", selector.name() + "{", "}"));
  }

  private static String suffix(Expr.VectorSelector selector) {
    String extension =
        selector.extension() == Expr.Extension.NONE
            ? ""
            : " " + selector.extension().name().toLowerCase(Locale.ROOT);
    return extension + modifiers(selector.modifiers());
  }

  private static String modifiers(Modifiers modifiers) {
    At at = modifiers.at();
    String time =
        switch (at) {
          case null -> "";
          case At.Time fixed -> " @ " + seconds(fixed.millis());
          case At.Start _ -> " @ start()";
          case At.End _ -> " @ end()";
        };
    DurationExpr offset = modifiers.offset();
    return offset == null ? time : time + " offset " + duration(offset);
  }

  private static String seconds(long millis) {
    return "%s%d.%03d"
        .formatted(millis < 0 ? "-" : "", Math.abs(millis / 1000), Math.abs(millis % 1000));
  }

  /** A duration; on its own it gets units, in arithmetic it stays as written. */
  public static String duration(DurationExpr expr) {
    return expr instanceof DurationExpr.Literal literal
        ? Durations.format(Math.round(literal.seconds() * 1000))
        : durationPart(expr);
  }

  private static String durationPart(DurationExpr expr) {
    return switch (expr) {
      case DurationExpr.Literal literal ->
          literal.unit()
              ? Durations.format(Math.round(literal.seconds() * 1000))
              : Numbers.format(literal.seconds());
      case DurationExpr.Step _ -> "step()";
      case DurationExpr.Range _ -> "range()";
      case DurationExpr.Negated negated -> "-" + durationPart(negated.operand());
      case DurationExpr.Plus plus -> durationPart(plus.operand());
      case DurationExpr.Wrapped wrapped -> "(" + durationPart(wrapped.inner()) + ")";
      case DurationExpr.Binary binary ->
          "%s %s %s"
              .formatted(
                  durationPart(binary.left()), binary.op().symbol(), durationPart(binary.right()));
      case DurationExpr.Extreme extreme ->
          "%s(%s, %s)"
              .formatted(
                  extreme.smaller() ? "min_of" : "max_of",
                  durationPart(extreme.left()),
                  durationPart(extreme.right()));
    };
  }

  /** Indentation by two spaces a level; only what is too wide is broken. */
  private record Pretty(int width) {
    String print(Expr expr, int level) {
      String indent = "  ".repeat(level);
      String line = Printer.print(expr);
      if (line.length() <= width) {
        return indent + line;
      }
      return switch (expr) {
        case Expr.NumberLiteral _,
            Expr.StringLiteral _,
            Expr.VectorSelector _,
            Expr.MatrixSelector _ ->
            indent + line;
        case Expr.Paren paren ->
            "%s(\n%s\n%s)".formatted(indent, print(paren.inner(), level + 1), indent);
        case Expr.Unary unary ->
            indent + (unary.negative() ? "-" : "+") + print(unary.operand(), level).strip();
        case Expr.Binary binary ->
            "%s\n%s%s\n%s"
                .formatted(
                    print(binary.left(), level + 1),
                    indent,
                    operator(binary),
                    print(binary.right(), level + 1));
        case Expr.Subquery subquery -> print(subquery.inner(), level) + subqueryRange(subquery);
        case Expr.Call call ->
            call.arguments().stream()
                .map(argument -> print(argument, level + 1))
                .collect(
                    Collectors.joining(
                        ",\n", indent + call.function().name() + "(\n", "\n" + indent + ")"));
        case Expr.Aggregation aggregation -> {
          Expr parameter = aggregation.parameter();
          String before = parameter == null ? "" : print(parameter, level + 1) + ",\n";
          yield "%s%s(\n%s%s\n%s)"
              .formatted(
                  indent,
                  aggregationHead(aggregation),
                  before,
                  print(aggregation.operand(), level + 1),
                  indent);
        }
      };
    }
  }
}
