package dev.vedette.promql.parse;

import dev.vedette.model.LabelMatcher;
import dev.vedette.promql.lex.Strings;
import dev.vedette.promql.parse.Modifiers.At;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An expression as the tree that {@code /api/v1/parse_query} answers: maps by field name, lists,
 * strings, numbers, booleans and null.
 */
public final class ParseTree {
  private ParseTree() {}

  public static Map<String, @Nullable Object> of(Expr expr) {
    return switch (expr) {
      case Expr.NumberLiteral number ->
          node("numberLiteral").with("val", Numbers.format(number.value())).fields;
      case Expr.StringLiteral string ->
          node("stringLiteral").with("val", Strings.clean(string.value())).fields;
      case Expr.VectorSelector selector -> selector("vectorSelector", selector).fields;
      case Expr.MatrixSelector matrix ->
          selector("matrixSelector", matrix.selector())
              .duration("range", "rangeExpr", matrix.range())
              .fields;
      case Expr.Subquery subquery ->
          node("subquery")
              .with("expr", of(subquery.inner()))
              .duration("range", "rangeExpr", subquery.range())
              .duration("step", "stepExpr", subquery.step())
              .modifiers(subquery.modifiers())
              .fields;
      case Expr.Paren paren -> node("parenExpr").with("expr", of(paren.inner())).fields;
      case Expr.Unary unary ->
          node("unaryExpr")
              .with("expr", of(unary.operand()))
              .with("op", unary.negative() ? "-" : "+")
              .fields;
      case Expr.Binary binary ->
          node("binaryExpr")
              .with("bool", binary.returnBool())
              .with("lhs", of(binary.left()))
              .with("rhs", of(binary.right()))
              .with("op", binary.op().symbol())
              .with("matching", matching(binary.matching()))
              .fields;
      case Expr.Aggregation aggregation -> {
        Expr parameter = aggregation.parameter();
        yield node("aggregation")
            .with("expr", of(aggregation.operand()))
            .with("grouping", aggregation.grouping())
            .with("op", aggregation.op().text())
            .with("param", parameter == null ? null : of(parameter))
            .with("without", aggregation.without())
            .fields;
      }
      case Expr.Call call ->
          node("call")
              .with("args", call.arguments().stream().map(ParseTree::of).toList())
              .with("func", function(call.function()))
              .fields;
    };
  }

  private static Map<String, @Nullable Object> function(Function function) {
    Node node = new Node();
    return node.with("argTypes", function.parameters().stream().map(ValueType::text).toList())
        .with("name", function.name())
        .with("returnType", function.result().text())
        .with("variadic", function.variadic())
        .fields;
  }

  private static @Nullable Map<String, @Nullable Object> matching(
      @Nullable VectorMatching matching) {
    if (matching == null) {
      return null;
    }
    Node fill = new Node().with("lhs", matching.fillLeft()).with("rhs", matching.fillRight());
    return new Node()
        .with("card", matching.cardinality().text())
        .with("fillValues", fill.fields)
        .with("include", matching.include())
        .with("labels", matching.labels())
        .with("on", matching.on())
        .fields;
  }

  private static Node selector(String type, Expr.VectorSelector selector) {
    return node(type)
        .with("anchored", selector.extension() == Expr.Extension.ANCHORED)
        .with("smoothed", selector.extension() == Expr.Extension.SMOOTHED)
        .with("matchers", selector.matchers().stream().map(ParseTree::matcher).toList())
        .with("name", selector.name())
        .modifiers(selector.modifiers());
  }

  private static Map<String, String> matcher(LabelMatcher matcher) {
    return Map.of(
        "name", matcher.name(), "type", matcher.type().symbol(), "value", matcher.value());
  }

  private static Map<String, @Nullable Object> duration(DurationExpr expr, boolean wrapped) {
    return switch (expr) {
      case DurationExpr.Literal literal ->
          node("numberLiteral")
              .with("duration", literal.unit())
              .with("val", Numbers.format(literal.seconds()))
              .fields;
      case DurationExpr.Step _ -> operation(null, "step", null, wrapped);
      case DurationExpr.Range _ -> operation(null, "range", null, wrapped);
      case DurationExpr.Negated negated -> operation(null, "-", negated.operand(), wrapped);
      case DurationExpr.Plus plus -> operation(null, "+", plus.operand(), wrapped);
      case DurationExpr.Wrapped inner -> duration(inner.inner(), true);
      case DurationExpr.Binary binary ->
          operation(binary.left(), binary.op().symbol(), binary.right(), wrapped);
      case DurationExpr.Extreme extreme ->
          operation(
              extreme.left(), extreme.smaller() ? "min_of" : "max_of", extreme.right(), wrapped);
    };
  }

  private static Map<String, @Nullable Object> operation(
      @Nullable DurationExpr left, String op, @Nullable DurationExpr right, boolean wrapped) {
    return node("durationExpr")
        .with("lhs", left == null ? null : duration(left, false))
        .with("op", op)
        .with("rhs", right == null ? null : duration(right, false))
        .with("wrapped", wrapped)
        .fields;
  }

  private static Node node(String type) {
    return new Node().with("type", type);
  }

  /** A map being filled. */
  private static final class Node {
    private final Map<String, @Nullable Object> fields = new LinkedHashMap<>();

    Node with(String name, @Nullable Object value) {
      fields.put(name, value);
      return this;
    }

    /** A literal gives its milliseconds, an expression itself and 0. */
    Node duration(String name, String exprName, @Nullable DurationExpr expr) {
      boolean fixed = expr instanceof DurationExpr.Literal;
      long millis =
          expr instanceof DurationExpr.Literal literal ? Math.round(literal.seconds() * 1000) : 0;
      with(name, millis);
      return with(exprName, expr == null || fixed ? null : ParseTree.duration(expr, false));
    }

    Node modifiers(Modifiers modifiers) {
      At at = modifiers.at();
      return duration("offset", "offsetExpr", modifiers.offset())
          .with("timestamp", at instanceof At.Time time ? Long.valueOf(time.millis()) : null)
          .with(
              "startOrEnd",
              switch (at) {
                case At.Start _ -> "start";
                case At.End _ -> "end";
                case null, default -> null;
              });
    }
  }
}
