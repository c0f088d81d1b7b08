package dev.vedette.promql.plan;

import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.promql.exec.AggregateOp;
import dev.vedette.promql.exec.CalledOps;
import dev.vedette.promql.exec.ConstantOp;
import dev.vedette.promql.exec.DistinctOp;
import dev.vedette.promql.exec.Evaluation;
import dev.vedette.promql.exec.GroupOp;
import dev.vedette.promql.exec.Grouping;
import dev.vedette.promql.exec.MapOp;
import dev.vedette.promql.exec.MeasuredOp;
import dev.vedette.promql.exec.NameRule;
import dev.vedette.promql.exec.PushedPoints;
import dev.vedette.promql.exec.RangeCallOp;
import dev.vedette.promql.exec.RangeOp;
import dev.vedette.promql.exec.RangeSelectOp;
import dev.vedette.promql.exec.ScalarOp;
import dev.vedette.promql.exec.SelectOp;
import dev.vedette.promql.exec.SelectOp.Shown;
import dev.vedette.promql.exec.SetOp;
import dev.vedette.promql.exec.SubqueryOp;
import dev.vedette.promql.exec.VectorOp;
import dev.vedette.promql.exec.VectorScalarOp;
import dev.vedette.promql.exec.VectorVectorOp;
import dev.vedette.promql.explain.PlanTrace;
import dev.vedette.promql.functions.GroupFunctions;
import dev.vedette.promql.functions.LimitOp;
import dev.vedette.promql.functions.QuantileOp;
import dev.vedette.promql.functions.RangeFunctions;
import dev.vedette.promql.functions.RankOp;
import dev.vedette.promql.histogram.HistogramMath;
import dev.vedette.promql.lex.Quoting;
import dev.vedette.promql.lex.Strings;
import dev.vedette.promql.parse.AggregationOp;
import dev.vedette.promql.parse.DurationExpr;
import dev.vedette.promql.parse.Expr;
import dev.vedette.promql.parse.ValueType;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** Makes operators of a syntax tree: resolves times, and evaluates once what is always the same. */
public final class Planner {
  private final PlanContext context;
  private final CallPlanner calls;
  private final Pushdown pushdown;
  private final Set<Expr.VectorSelector> counted;

  /**
   * @param root the whole expression
   */
  public Planner(PlanContext context, Expr root) {
    this.context = context;
    this.counted = CountedSelectors.of(root);
    this.calls = new CallPlanner(this, context);
    this.pushdown = new Pushdown(this, context, counted);
  }

  PlanContext context() {
    return context;
  }

  /** The operator of an expression that gives an instant vector. */
  public VectorOp vector(Expr expr) {
    PlanTrace trace = context.trace();
    if (trace == null) {
      return constantOrNot(expr);
    }
    PlanTrace.Planned<VectorOp> planned = trace.plan(expr, () -> constantOrNot(expr));
    return new MeasuredOp(planned.op(), planned.node(), trace);
  }

  private VectorOp constantOrNot(Expr expr) {
    boolean selector = Expr.unwrap(expr) instanceof Expr.VectorSelector;
    boolean constant = !selector && Invariance.isConstant(expr);
    VectorOp planned = vectorOf(expr);
    return constant ? new ConstantOp(planned) : planned;
  }

  private VectorOp vectorOf(Expr expr) {
    return switch (expr) {
      case Expr.VectorSelector selector -> select(selector, Shown.VALUE);
      case Expr.Paren paren -> vectorOf(paren.inner());
      case Expr.Unary unary -> {
        VectorOp operand = vector(unary.operand());
        yield unary.negative()
            ? distinct(
                new MapOp(
                    operand,
                    List.of(),
                    (v, _, _) -> -v,
                    (point, _, step, out) -> out.set(step, HistogramMath.multiply(point, -1)),
                    context.dropping()),
                unary.operand())
            : operand;
      }
      case Expr.Binary binary -> binary(binary);
      case Expr.Aggregation aggregation -> aggregation(aggregation);
      case Expr.Call call -> calls.vector(call);
      case Expr.NumberLiteral _, Expr.StringLiteral _, Expr.MatrixSelector _, Expr.Subquery _ ->
          throw new IllegalStateException("BUG: %s as instant vector".formatted(expr.type()));
    };
  }

  VectorOp select(Expr.VectorSelector selector, Shown shown) {
    if (selector.extension() == Expr.Extension.SMOOTHED && shown == Shown.VALUE) {
      long lookback = context.lookbackMillis();
      RangeOp range =
          new RangeSelectOp(
              selector.matchers(),
              lookback,
              context.offsetMillis(selector.modifiers()),
              context.fixedMillis(selector.modifiers()),
              new RangeSelectOp.Reach(0, lookback),
              counted.contains(selector));
      return new RangeCallOp(
          RangeFunctions.SMOOTHED_POINT.floats(),
          RangeFunctions.SMOOTHED_POINT.mixed(),
          range,
          List.of(),
          NameRule.KEEP,
          selector.source(),
          false);
    }
    return new SelectOp(
        selector.matchers(),
        context.lookbackMillis(),
        context.offsetMillis(selector.modifiers()),
        context.fixedMillis(selector.modifiers()),
        shown,
        counted.contains(selector),
        selector.source());
  }

  /** The operator of an expression that gives a range vector. */
  public RangeOp range(Expr expr) {
    return switch (Expr.unwrap(expr)) {
      case Expr.MatrixSelector matrix -> {
        yield new RangeSelectOp(
            matrix.selector().matchers(),
            positive(matrix.range()),
            context.offsetMillis(matrix.selector().modifiers()),
            context.fixedMillis(matrix.selector().modifiers()),
            reach(matrix.selector().extension()),
            counted.contains(matrix.selector()));
      }
      case Expr.Subquery subquery -> {
        DurationExpr step = subquery.step();
        yield new SubqueryOp(
            vector(subquery.inner()),
            positive(subquery.range()),
            step == null ? context.subqueryStepMillis() : positive(step),
            context.offsetMillis(subquery.modifiers()),
            context.fixedMillis(subquery.modifiers()));
      }
      default -> throw new IllegalStateException("BUG: %s as range vector".formatted(expr.type()));
    };
  }

  private RangeSelectOp.Reach reach(Expr.Extension extension) {
    return switch (extension) {
      case NONE -> RangeSelectOp.Reach.NONE;
      case ANCHORED -> new RangeSelectOp.Reach(context.lookbackMillis(), 0);
      case SMOOTHED -> new RangeSelectOp.Reach(context.lookbackMillis(), context.lookbackMillis());
    };
  }

  long positive(DurationExpr duration) {
    long millis = context.millis(duration);
    if (millis <= 0) {
      throw Evaluation.failed("duration must be greater than 0");
    }
    return millis;
  }

  /** The operator of an expression that gives a scalar. */
  public ScalarOp scalar(Expr expr) {
    return switch (expr) {
      case Expr.NumberLiteral number -> ScalarOp.constant(number.value());
      case Expr.Paren paren -> scalar(paren.inner());
      case Expr.Unary unary -> {
        ScalarOp operand = scalar(unary.operand());
        yield unary.negative() ? CalledOps.map(operand, v -> -v) : operand;
      }
      case Expr.Binary binary ->
          CalledOps.binary(binary.op(), scalar(binary.left()), scalar(binary.right()));
      case Expr.Call call -> calls.scalar(call);
      case Expr.StringLiteral _,
          Expr.VectorSelector _,
          Expr.MatrixSelector _,
          Expr.Subquery _,
          Expr.Aggregation _ ->
          throw new IllegalStateException("BUG: %s as scalar".formatted(expr.type()));
    };
  }

  private VectorOp binary(Expr.Binary binary) {
    Expr left = binary.left();
    Expr right = binary.right();
    if (binary.matching() != null) {
      VectorOp leftOp = vector(left);
      VectorOp rightOp = vector(right);
      return binary.op().isSet()
          ? new SetOp(binary.op(), leftOp, rightOp, binary.matching())
          : new VectorVectorOp(
              binary.op(),
              leftOp,
              rightOp,
              binary.returnBool(),
              binary.matching(),
              context.delayedNameRemoval(),
              binary.source());
    }
    boolean scalarLeft = left.type() == ValueType.SCALAR;
    Expr vector = scalarLeft ? right : left;
    VectorOp op =
        VectorScalarOp.of(
            binary.op(),
            vector(vector),
            scalar(scalarLeft ? left : right),
            scalarLeft,
            binary.returnBool(),
            context.dropping(),
            binary.source());
    boolean keepsName = !binary.op().makesAnotherMetric(binary.returnBool());
    return keepsName ? op : distinct(op, vector);
  }

  private VectorOp aggregation(Expr.Aggregation aggregation) {
    VectorOp operand = vector(aggregation.operand());
    PushedPoints pushed = pushdown.of(aggregation);
    Grouping grouping =
        aggregation.without()
            ? Grouping.without(aggregation.grouping())
            : Grouping.by(aggregation.grouping());
    return switch (aggregation.op()) {
      case SUM, AVG, COUNT, MIN, MAX, GROUP, STDDEV, STDVAR ->
          new AggregateOp(
              looked(operand, aggregation.op(), grouping),
              grouping,
              aggregation.op(),
              aggregation.operand().source(),
              pushed);
      case TOPK, BOTTOMK ->
          new RankOp(
              operand,
              grouping,
              scalar(parameter(aggregation)),
              aggregation.op(),
              aggregation.source(),
              pushed);
      case LIMITK -> new LimitOp(operand, grouping, scalar(parameter(aggregation)));
      case LIMIT_RATIO -> group(aggregation, operand, grouping, GroupFunctions.ratio());
      // As Prometheus: what it says names its operand.
      case QUANTILE ->
          new QuantileOp(
              operand,
              grouping,
              scalar(parameter(aggregation)),
              aggregation.operand().source(),
              Expr.unwrap(parameter(aggregation)).source());
      case COUNT_VALUES -> countValues(aggregation, operand, grouping);
    };
  }

  /** Whether there are points is all that counts, and to which group they belong. */
  private static VectorOp looked(VectorOp operand, AggregationOp op, Grouping grouping) {
    boolean onlyCounts = op == AggregationOp.COUNT || op == AggregationOp.GROUP;
    return onlyCounts && grouping.keep() && operand instanceof SelectOp select
        ? select.withLabels(grouping.names())
        : operand;
  }

  /** Groups that only the label with the value made equal are one group. */
  private VectorOp countValues(Expr.Aggregation aggregation, VectorOp operand, Grouping grouping) {
    VectorOp counts =
        new GroupOp(
            operand,
            grouping,
            ScalarOp.constant(0),
            GroupFunctions.countValues(labelName(parameter(aggregation))),
            aggregation.operand().source(),
            parameter(aggregation).source());
    return new AggregateOp(
        counts, Grouping.ALL, AggregationOp.SUM, aggregation.operand().source(), null);
  }

  private VectorOp group(
      Expr.Aggregation aggregation,
      VectorOp operand,
      Grouping grouping,
      GroupOp.GroupFunction function) {
    return new GroupOp(
        operand,
        grouping,
        scalar(parameter(aggregation)),
        function,
        aggregation.source(),
        Expr.unwrap(parameter(aggregation)).source());
  }

  private static Expr parameter(Expr.Aggregation aggregation) {
    return Objects.requireNonNull(aggregation.parameter());
  }

  private static String labelName(Expr expr) {
    String name = ((Expr.StringLiteral) Expr.unwrap(expr)).value();
    if (name.isEmpty() || !Strings.isUtf8(name)) {
      throw Evaluation.failed("invalid label name " + Quoting.quote(name));
    }
    return name;
  }

  /** The text of a string argument. */
  static String text(Expr expr) {
    return Strings.clean(((Expr.StringLiteral) Expr.unwrap(expr)).value());
  }

  /** Checks for equal labels after names were dropped, unless there can only be one name. */
  VectorOp distinct(VectorOp op, Expr input) {
    return context.dropping() == NameRule.DROP_LATER || hasOneName(input) ? op : new DistinctOp(op);
  }

  static boolean hasOneName(Expr expr) {
    return switch (Expr.unwrap(expr)) {
      case Expr.VectorSelector selector -> hasOneName(selector);
      case Expr.MatrixSelector matrix -> hasOneName(matrix.selector());
      case Expr.Subquery subquery -> hasOneName(subquery.inner());
      case Expr.Unary unary -> hasOneName(unary.operand());
      case Expr.Aggregation aggregation ->
          switch (aggregation.op()) {
            // Their results are series of the operand.
            case TOPK, BOTTOMK, LIMITK, LIMIT_RATIO -> hasOneName(aggregation.operand());
            default ->
                !aggregation.grouping().contains(Labels.METRIC_NAME) || aggregation.without();
          };
      case Expr.Call call ->
          call.arguments().stream()
              .filter(argument -> argument.type() == ValueType.RANGE_VECTOR)
              .anyMatch(Planner::hasOneName);
      case Expr.NumberLiteral _, Expr.StringLiteral _, Expr.Binary _, Expr.Paren _ -> false;
    };
  }

  private static boolean hasOneName(Expr.VectorSelector selector) {
    return selector.matchers().stream()
        .anyMatch(
            matcher ->
                matcher.type() == LabelMatcher.Type.EQUAL
                    && matcher.name().equals(Labels.METRIC_NAME));
  }
}
