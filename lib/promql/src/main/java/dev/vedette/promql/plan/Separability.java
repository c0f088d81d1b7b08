package dev.vedette.promql.plan;

import dev.vedette.promql.parse.DurationExpr;
import dev.vedette.promql.parse.Expr;
import dev.vedette.promql.parse.Modifiers;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether the value of an expression at a step is the same whatever range the step is asked in, so
 * that a range may be worked out in parts. What depends on the ends of the range is not: {@code
 * start()}, {@code end()}, {@code range()}; nor is {@code @} taken apart, which reads the same for
 * all steps, and better once.
 */
public final class Separability {
  private static final Set<String> OF_THE_RANGE = Set.of("start", "end", "range");

  private final DurationExpr.Frame frame;
  private final long subqueryStepMillis;
  private long slackMillis;
  private boolean isSeparable = true;

  private Separability(long stepMillis, long subqueryStepMillis) {
    this.frame = new DurationExpr.Frame(stepMillis, 0);
    this.subqueryStepMillis = subqueryStepMillis;
  }

  /**
   * How exactly one knows what is read for a part: the steps of subqueries move the ends of what is
   * read by so many milliseconds at most. Empty where the expression cannot be taken apart.
   *
   * @param stepMillis of the query
   * @param subqueryStepMillis of subqueries that name none
   */
  public static OptionalLong slackMillis(Expr expr, long stepMillis, long subqueryStepMillis) {
    Separability found = new Separability(stepMillis, subqueryStepMillis);
    found.visit(expr);
    return found.isSeparable ? OptionalLong.of(found.slackMillis) : OptionalLong.empty();
  }

  private void visit(Expr expr) {
    switch (expr) {
      case Expr.NumberLiteral _, Expr.StringLiteral _ -> {}
      case Expr.VectorSelector selector -> visit(selector.modifiers());
      case Expr.MatrixSelector matrix -> {
        visit(matrix.range());
        visit(matrix.selector());
      }
      case Expr.Subquery subquery -> {
        visit(subquery.range());
        visit(subquery.modifiers());
        visit(subquery.step());
        addStep(subquery.step());
        visit(subquery.inner());
      }
      case Expr.Paren paren -> visit(paren.inner());
      case Expr.Unary unary -> visit(unary.operand());
      case Expr.Binary binary -> {
        visit(binary.left());
        visit(binary.right());
      }
      case Expr.Aggregation aggregation -> {
        Optional.ofNullable(aggregation.parameter()).ifPresent(this::visit);
        visit(aggregation.operand());
      }
      case Expr.Call call -> {
        isSeparable &= !OF_THE_RANGE.contains(call.function().name());
        call.arguments().forEach(this::visit);
      }
    }
  }

  private void visit(Modifiers modifiers) {
    isSeparable &= modifiers.at() == null;
    visit(modifiers.offset());
  }

  private void visit(@Nullable DurationExpr duration) {
    switch (duration) {
      case null -> {}
      case DurationExpr.Literal _, DurationExpr.Step _ -> {}
      case DurationExpr.Range _ -> isSeparable = false;
      case DurationExpr.Negated negated -> visit(negated.operand());
      case DurationExpr.Plus plus -> visit(plus.operand());
      case DurationExpr.Wrapped wrapped -> visit(wrapped.inner());
      case DurationExpr.Binary binary -> {
        visit(binary.left());
        visit(binary.right());
      }
      case DurationExpr.Extreme extreme -> {
        visit(extreme.left());
        visit(extreme.right());
      }
    }
  }

  private void addStep(@Nullable DurationExpr step) {
    double millis =
        step == null ? subqueryStepMillis : Math.ceil(DurationExpr.seconds(step, frame) * 1000);
    if (millis > 0 && millis < 1e15) {
      slackMillis += (long) millis;
    } else {
      isSeparable = false;
    }
  }
}
