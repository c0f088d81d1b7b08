package dev.vedette.promql.script;

import dev.vedette.promql.parse.Expr;
import dev.vedette.promql.parse.Modifiers;
import dev.vedette.promql.parse.Parser;
import dev.vedette.promql.parse.Printer;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An expression with {@code @} at each selector and subquery that has none, which has to give the
 * same whenever it is asked.
 */
final class FixedExpression {
  // Their values hang on the time of the query, whatever they are called with.
  private static final Set<String> OF_THE_TIME =
      Set.of(
          "day_of_month",
          "day_of_week",
          "day_of_year",
          "days_in_month",
          "end",
          "hour",
          "info",
          "minute",
          "month",
          "predict_linear",
          "range",
          "start",
          "step",
          "time",
          "timestamp",
          "year");

  private final Modifiers.At at;
  private boolean isOfTheTime;

  private FixedExpression(long millis) {
    this.at = new Modifiers.At.Time(millis);
  }

  /** Its text; empty where it calls what depends on the time of the query. */
  static Optional<String> of(String expression, long millis) {
    FixedExpression fixed = new FixedExpression(millis);
    Expr expr = fixed.fix(Parser.parse(expression, ScriptRunner.CONFIG.features()));
    return fixed.isOfTheTime ? Optional.empty() : Optional.of(Printer.print(expr));
  }

  private Expr fix(Expr expr) {
    return switch (expr) {
      case Expr.NumberLiteral _, Expr.StringLiteral _ -> expr;
      case Expr.VectorSelector selector -> fix(selector);
      case Expr.MatrixSelector matrix ->
          new Expr.MatrixSelector(fix(matrix.selector()), matrix.range(), matrix.source());
      // What is inside is worked out at times that are fixed with it.
      case Expr.Subquery subquery ->
          new Expr.Subquery(
              subquery.inner(),
              subquery.range(),
              subquery.step(),
              fix(subquery.modifiers()),
              subquery.source());
      case Expr.Paren paren -> new Expr.Paren(fix(paren.inner()), paren.type(), paren.source());
      case Expr.Unary unary ->
          new Expr.Unary(unary.negative(), fix(unary.operand()), unary.type(), unary.source());
      case Expr.Binary binary ->
          new Expr.Binary(
              binary.op(),
              fix(binary.left()),
              fix(binary.right()),
              binary.returnBool(),
              binary.matching(),
              binary.type(),
              binary.source());
      case Expr.Aggregation aggregation -> fix(aggregation);
      case Expr.Call call -> fix(call);
    };
  }

  private Expr.VectorSelector fix(Expr.VectorSelector selector) {
    return new Expr.VectorSelector(
        selector.name(),
        selector.matchers(),
        fix(selector.modifiers()),
        selector.extension(),
        selector.source());
  }

  private Modifiers fix(Modifiers modifiers) {
    return modifiers.at() == null ? new Modifiers(modifiers.offset(), at) : modifiers;
  }

  private Expr fix(Expr.Aggregation aggregation) {
    @Nullable Expr parameter = aggregation.parameter();
    return new Expr.Aggregation(
        aggregation.op(),
        parameter == null ? null : fix(parameter),
        fix(aggregation.operand()),
        aggregation.grouping(),
        aggregation.without(),
        aggregation.source());
  }

  private Expr fix(Expr.Call call) {
    isOfTheTime |= OF_THE_TIME.contains(call.function().name());
    List<Expr> arguments = call.arguments().stream().map(this::fix).toList();
    return new Expr.Call(call.function(), arguments, call.source());
  }
}
