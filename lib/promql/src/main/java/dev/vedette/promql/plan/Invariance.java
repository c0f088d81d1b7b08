package dev.vedette.promql.plan;

import dev.vedette.promql.parse.Expr;
import java.util.Set;

/** Whether an expression is the same at every step, because {@code @} fixes all it reads. */
final class Invariance {
  private static final Set<String> OF_THE_STEP =
      Set.of(
          "time",
          "timestamp",
          "predict_linear",
          "day_of_month",
          "day_of_week",
          "day_of_year",
          "days_in_month",
          "hour",
          "minute",
          "month",
          "year");

  private Invariance() {}

  static boolean isConstant(Expr expr) {
    return switch (expr) {
      case Expr.NumberLiteral _, Expr.StringLiteral _ -> true;
      case Expr.VectorSelector selector -> selector.modifiers().at() != null;
      case Expr.MatrixSelector matrix -> matrix.selector().modifiers().at() != null;
      case Expr.Subquery subquery -> subquery.modifiers().at() != null;
      case Expr.Paren paren -> isConstant(paren.inner());
      case Expr.Unary unary -> isConstant(unary.operand());
      case Expr.Binary binary -> isConstant(binary.left()) && isConstant(binary.right());
      case Expr.Aggregation aggregation -> {
        Expr parameter = aggregation.parameter();
        yield isConstant(aggregation.operand()) && (parameter == null || isConstant(parameter));
      }
      case Expr.Call call ->
          !OF_THE_STEP.contains(call.function().name())
              && call.arguments().stream().allMatch(Invariance::isConstant);
    };
  }
}
