package dev.vedette.promql.plan;

import dev.vedette.promql.exec.CalledOps;
import dev.vedette.promql.exec.Evaluation;
import dev.vedette.promql.exec.MapOp;
import dev.vedette.promql.exec.NameRule;
import dev.vedette.promql.exec.RangeCallOp;
import dev.vedette.promql.exec.RangeFunction;
import dev.vedette.promql.exec.ScalarOp;
import dev.vedette.promql.exec.VectorOp;
import dev.vedette.promql.functions.PointFunctions;
import dev.vedette.promql.functions.RangeFunctions;
import dev.vedette.promql.parse.Expr;
import dev.vedette.promql.parse.ValueType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Plans function calls. */
final class CallPlanner {
  private final Planner planner;
  private final PlanContext context;

  CallPlanner(Planner planner, PlanContext context) {
    this.planner = planner;
    this.context = context;
  }

  ScalarOp scalar(Expr.Call call) {
    List<Expr> arguments = call.arguments();
    return switch (call.function().name()) {
      case "time" -> CalledOps.time();
      case "pi" -> ScalarOp.constant(Math.PI);
      case "start" -> ScalarOp.constant(context.query().startMillis() / 1000.0);
      case "end" -> ScalarOp.constant(context.query().endMillis() / 1000.0);
      case "step" -> ScalarOp.constant(context.stepMillis() / 1000.0);
      case "range" ->
          ScalarOp.constant((context.query().endMillis() - context.query().startMillis()) / 1000.0);
      case "min_of" -> extreme(arguments, true);
      case "max_of" -> extreme(arguments, false);
      case "scalar" -> CalledOps.scalar(planner.vector(arguments.getFirst()));
      default ->
          throw new IllegalStateException("BUG: no scalar function " + call.function().name());
    };
  }

  private ScalarOp extreme(List<Expr> arguments, boolean smaller) {
    ScalarOp left = planner.scalar(arguments.getFirst());
    ScalarOp right = planner.scalar(arguments.getLast());
    return (evaluation, steps) -> {
      double[] a = left.evaluate(evaluation, steps);
      double[] b = right.evaluate(evaluation, steps);
      double[] column = new double[a.length];
      for (int i = 0; i < column.length; i++) {
        column[i] = smaller ? Math.min(a[i], b[i]) : Math.max(a[i], b[i]);
      }
      return column;
    };
  }

  VectorOp vector(Expr.Call call) {
    String name = call.function().name();
    Optional<RangeFunction> range = RangeFunctions.find(name);
    if (range.isPresent()) {
      return rangeCall(call, range.get());
    }
    Optional<MapOp.PointFunction> point = PointFunctions.find(name);
    if (point.isPresent()) {
      return pointCall(call, point.get());
    }
    Expr first = call.arguments().getFirst();
    return switch (name) {
      case "vector" -> CalledOps.vector(planner.scalar(first));
      case "timestamp" -> timestamp(first);
      default -> throw Evaluation.failed("function %s is not answered yet".formatted(name));
    };
  }

  private VectorOp rangeCall(Expr.Call call, RangeFunction function) {
    List<ScalarOp> scalars = new ArrayList<>();
    Expr range = call.arguments().getFirst();
    for (Expr argument : call.arguments()) {
      if (argument.type() == ValueType.SCALAR) {
        scalars.add(planner.scalar(argument));
      } else {
        range = argument;
      }
    }
    boolean keeps = RangeFunctions.keepsName(call.function().name());
    VectorOp op =
        new RangeCallOp(
            function, planner.range(range), scalars, keeps ? NameRule.KEEP : context.dropping());
    return keeps ? op : planner.distinct(op, range);
  }

  private VectorOp pointCall(Expr.Call call, MapOp.PointFunction function) {
    List<Expr> arguments = call.arguments();
    if (arguments.isEmpty()) {
      return new MapOp(CalledOps.vector(CalledOps.time()), List.of(), function, NameRule.KEEP);
    }
    List<ScalarOp> scalars = arguments.stream().skip(1).map(planner::scalar).toList();
    VectorOp op =
        new MapOp(planner.vector(arguments.getFirst()), scalars, function, context.dropping());
    return planner.distinct(op, arguments.getFirst());
  }

  /** Of a selector the samples' own times; of anything else the step's. */
  private VectorOp timestamp(Expr argument) {
    VectorOp op;
    if (Expr.unwrap(argument) instanceof Expr.VectorSelector selector) {
      op = new MapOp(planner.select(selector, true), List.of(), (v, _, _) -> v, context.dropping());
    } else {
      op =
          new MapOp(
              planner.vector(argument),
              List.of(CalledOps.time()),
              (_, args, step) -> args.get(0, step),
              context.dropping());
    }
    return planner.distinct(op, argument);
  }
}
