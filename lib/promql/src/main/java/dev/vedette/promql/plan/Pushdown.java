package dev.vedette.promql.plan;

import dev.vedette.promql.exec.NameRule;
import dev.vedette.promql.exec.PushedPoints;
import dev.vedette.promql.exec.ScalarOp;
import dev.vedette.promql.exec.TierNeed;
import dev.vedette.promql.functions.BucketFunctions;
import dev.vedette.promql.functions.RangeFunctions;
import dev.vedette.promql.parse.Expr;
import dev.vedette.promql.parse.SourceRange;
import dev.vedette.promql.parse.ValueType;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds what of an aggregation a source may do: its operand is a selector, or a function of the
 * range of one, without {@code anchored} and {@code smoothed}.
 */
final class Pushdown {
  private final Planner planner;
  private final PlanContext context;
  private final Set<Expr.VectorSelector> counted;

  Pushdown(Planner planner, PlanContext context, Set<Expr.VectorSelector> counted) {
    this.planner = planner;
    this.context = context;
    this.counted = counted;
  }

  /** The operand, where a source may work on it; null where not. */
  @Nullable PushedPoints of(Expr.Aggregation aggregation) {
    return switch (aggregation.op()) {
      case SUM, AVG, COUNT, GROUP, MIN, MAX, STDDEV, STDVAR, TOPK, BOTTOMK -> operand(aggregation);
      // These need all of a group's series at once.
      case COUNT_VALUES, QUANTILE, LIMITK, LIMIT_RATIO -> null;
    };
  }

  private @Nullable PushedPoints operand(Expr.Aggregation aggregation) {
    return switch (Expr.unwrap(aggregation.operand())) {
      case Expr.VectorSelector selector -> selector(selector);
      // What is the same at every step is worked out here, once.
      case Expr.Call call ->
          Invariance.isConstant(call) && !Invariance.isConstant(aggregation) ? null : call(call);
      default -> null;
    };
  }

  private @Nullable PushedPoints selector(Expr.VectorSelector selector) {
    if (selector.extension() != Expr.Extension.NONE) {
      return null;
    }
    boolean hinted = counted.contains(selector);
    return new PushedPoints(
        selector.matchers(),
        context.lookbackMillis(),
        context.offsetMillis(selector.modifiers()),
        context.fixedMillis(selector.modifiers()),
        "",
        List.of(),
        NameRule.KEEP,
        hinted,
        false,
        new PushedPoints.Need(TierNeed.Kind.NEWEST, !hinted, "a selector"),
        selector.source());
  }

  private @Nullable PushedPoints call(Expr.Call call) {
    String name = call.function().name();
    Expr.MatrixSelector range = range(call);
    if (range == null || RangeFunctions.find(name).isEmpty()) {
      return null;
    }
    if (context.typeLabels()) {
      // Requests do not say by what counters are known.
      return null;
    }
    NameRule names = RangeFunctions.keepsName(name) ? NameRule.KEEP : context.dropping();
    if (names == NameRule.DROP && !Planner.hasOneName(range)) {
      // Whether labels become equal only shows where all series are.
      return null;
    }
    List<ScalarOp> parameters =
        call.arguments().stream()
            .filter(argument -> argument.type() == ValueType.SCALAR)
            .map(planner::scalar)
            .toList();
    SourceRange where = Expr.unwrap(call.arguments().getFirst()).source();
    boolean inBuckets = BucketFunctions.find(name, false).isPresent();
    return new PushedPoints(
        range.selector().matchers(),
        planner.positive(range.range()),
        context.offsetMillis(range.selector().modifiers()),
        context.fixedMillis(range.selector().modifiers()),
        name,
        parameters,
        names,
        counted.contains(range.selector()),
        context.startTimestamps(),
        new PushedPoints.Need(
            inBuckets ? TierNeed.Kind.BUCKETS : TierNeed.Kind.SAMPLES,
            !context.startTimestamps(),
            name),
        where);
  }

  private static Expr.@Nullable MatrixSelector range(Expr.Call call) {
    for (Expr argument : call.arguments()) {
      if (Expr.unwrap(argument) instanceof Expr.MatrixSelector matrix) {
        return matrix.selector().extension() == Expr.Extension.NONE ? matrix : null;
      }
    }
    return null;
  }
}
