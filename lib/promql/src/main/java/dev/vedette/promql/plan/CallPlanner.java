package dev.vedette.promql.plan;

import dev.vedette.model.Histogram;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.promql.exec.AbsentOp;
import dev.vedette.promql.exec.CalledOps;
import dev.vedette.promql.exec.Evaluation;
import dev.vedette.promql.exec.MapOp;
import dev.vedette.promql.exec.NameRule;
import dev.vedette.promql.exec.Points;
import dev.vedette.promql.exec.RangeCallOp;
import dev.vedette.promql.exec.RangeSelectOp;
import dev.vedette.promql.exec.RelabelOp;
import dev.vedette.promql.exec.ScalarOp;
import dev.vedette.promql.exec.SelectOp.Shown;
import dev.vedette.promql.exec.SortOp;
import dev.vedette.promql.exec.TierCallOp;
import dev.vedette.promql.exec.VectorOp;
import dev.vedette.promql.functions.BucketFunctions;
import dev.vedette.promql.functions.HistogramOp;
import dev.vedette.promql.functions.HistogramOp.Kind;
import dev.vedette.promql.functions.InfoOp;
import dev.vedette.promql.functions.LabelFunctions;
import dev.vedette.promql.functions.PointFunctions;
import dev.vedette.promql.functions.RangeFunctions;
import dev.vedette.promql.histogram.HistogramSpread;
import dev.vedette.promql.parse.Expr;
import dev.vedette.promql.parse.Expr.Extension;
import dev.vedette.promql.parse.Modifiers;
import dev.vedette.promql.parse.SourceRange;
import dev.vedette.promql.parse.ValueType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** Plans function calls. */
final class CallPlanner {
  private static final String SORT_IN_VAIN =
      "sort is ineffective for range queries since results are always ordered by labels";

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
    Optional<RangeFunctions> range = RangeFunctions.find(name);
    if (range.isPresent()) {
      return rangeCall(call, range.get());
    }
    Optional<MapOp.PointFunction> point = PointFunctions.find(name);
    if (point.isPresent()) {
      return pointCall(call, point.get());
    }
    List<Expr> arguments = call.arguments();
    Expr first = arguments.getFirst();
    return switch (name) {
      case "vector" -> CalledOps.vector(planner.scalar(first));
      case "timestamp" -> timestamp(first);
      case "start_timestamp" -> startTimestamp(first);
      case "info" -> info(arguments);
      case "absent" -> new AbsentOp(planner.vector(first), absentLabels(first));
      case "absent_over_time" -> absentOverTime(first);
      case "sort", "sort_desc" -> sort(first, name.equals("sort_desc"));
      case "sort_by_label", "sort_by_label_desc" ->
          new SortOp(
              planner.vector(first),
              SortOp.byLabels(texts(arguments, 1), name.equals("sort_by_label_desc")),
              SORT_IN_VAIN,
              first.source());
      case "label_replace" -> labelReplace(arguments);
      case "label_join" -> labelJoin(arguments);
      case "histogram_quantile" ->
          histogram(Kind.QUANTILE, arguments, arguments.get(1), List.of(first), null);
      case "histogram_fraction" ->
          histogram(Kind.FRACTION, arguments, arguments.get(2), arguments.subList(0, 2), null);
      case "histogram_quantiles" ->
          histogram(
              Kind.QUANTILE,
              arguments,
              first,
              arguments.subList(2, arguments.size()),
              Planner.text(arguments.get(1)));
      case "histogram_avg" -> ofHistogram(first, h -> h.sum() / h.count());
      case "histogram_count" -> ofHistogram(first, Histogram::count);
      case "histogram_sum" -> ofHistogram(first, Histogram::sum);
      case "histogram_stddev" -> ofHistogram(first, h -> Math.sqrt(HistogramSpread.variance(h)));
      case "histogram_stdvar" -> ofHistogram(first, HistogramSpread::variance);
      default -> throw new IllegalStateException("BUG: no function " + name);
    };
  }

  private VectorOp info(List<Expr> arguments) {
    Modifiers modifiers = firstModifiers(arguments.getFirst()).orElse(Modifiers.NONE);
    List<LabelMatcher> matchers =
        arguments.size() > 1 ? ((Expr.VectorSelector) arguments.get(1)).matchers() : List.of();
    return new InfoOp(
        planner.vector(arguments.getFirst()),
        matchers,
        new InfoOp.Reading(
            context.lookbackMillis(),
            context.offsetMillis(modifiers),
            context.fixedMillis(modifiers),
            arguments.getFirst().source()));
  }

  /** Modifiers of the leftmost selector: info metrics are read at the same time as it. */
  private static Optional<Modifiers> firstModifiers(Expr expr) {
    return switch (expr) {
      case Expr.VectorSelector selector -> Optional.of(selector.modifiers());
      case Expr.MatrixSelector matrix -> Optional.of(matrix.selector().modifiers());
      case Expr.Subquery subquery -> Optional.of(subquery.modifiers());
      case Expr.Paren paren -> firstModifiers(paren.inner());
      case Expr.Unary unary -> firstModifiers(unary.operand());
      case Expr.Binary binary ->
          firstModifiers(binary.left()).or(() -> firstModifiers(binary.right()));
      case Expr.Aggregation aggregation -> firstModifiers(aggregation.operand());
      case Expr.Call call ->
          call.arguments().stream()
              .map(CallPlanner::firstModifiers)
              .flatMap(Optional::stream)
              .findFirst();
      case Expr.NumberLiteral _, Expr.StringLiteral _ -> Optional.empty();
    };
  }

  /** Orders numbers; histograms have no order and are left out. */
  private VectorOp sort(Expr argument, boolean descending) {
    VectorOp numbers =
        new MapOp(planner.vector(argument), List.of(), (v, _, _) -> v, NameRule.KEEP);
    return new SortOp(numbers, SortOp.byValue(descending), SORT_IN_VAIN, argument.source());
  }

  /** A number of each native histogram; of numbers nothing. */
  private VectorOp ofHistogram(Expr argument, ToDoubleFunction<Histogram> function) {
    VectorOp op =
        new MapOp(
            planner.vector(argument),
            List.of(),
            (_, _, _) -> Points.NONE,
            (point, _, step, out) -> out.set(step, function.applyAsDouble(point)),
            context.dropping());
    return planner.distinct(op, argument);
  }

  private VectorOp labelReplace(List<Expr> arguments) {
    String target = Planner.text(arguments.get(1));
    return new RelabelOp(
        planner.vector(arguments.getFirst()),
        target,
        LabelFunctions.replace(
            target,
            Planner.text(arguments.get(2)),
            Planner.text(arguments.get(3)),
            Planner.text(arguments.get(4))));
  }

  private VectorOp labelJoin(List<Expr> arguments) {
    String target = Planner.text(arguments.get(1));
    return new RelabelOp(
        planner.vector(arguments.getFirst()),
        target,
        LabelFunctions.join(target, Planner.text(arguments.get(2)), texts(arguments, 3)));
  }

  private static List<String> texts(List<Expr> arguments, int from) {
    return arguments.stream().skip(from).map(Planner::text).toList();
  }

  private VectorOp histogram(
      Kind kind,
      List<Expr> arguments,
      Expr vector,
      List<Expr> scalars,
      @Nullable String quantileLabel) {
    VectorOp op =
        new HistogramOp(
            planner.vector(vector),
            kind,
            scalars.stream().map(planner::scalar).toList(),
            quantileLabel,
            context.dropping(),
            new HistogramOp.Sources(
                Expr.unwrap(arguments.getFirst()).source(),
                Expr.unwrap(vector).source(),
                scalars.stream().map(scalar -> Expr.unwrap(scalar).source()).toList()));
    return planner.distinct(op, vector);
  }

  private VectorOp absentOverTime(Expr argument) {
    extended("absent_over_time", argument);
    RangeFunctions present = RangeFunctions.find("present_over_time").orElseThrow();
    VectorOp op =
        orOfTier(
            call(present, argument, List.of(), Expr.unwrap(argument).source(), NameRule.KEEP),
            "present_over_time");
    return new AbsentOp(op, absentLabels(argument));
  }

  /** What the missing series would be called: labels that the selector asks for by one value. */
  private static Labels absentLabels(Expr argument) {
    List<LabelMatcher> matchers =
        switch (Expr.unwrap(argument)) {
          case Expr.VectorSelector selector -> selector.matchers();
          case Expr.MatrixSelector matrix -> matrix.selector().matchers();
          default -> List.of();
        };
    Labels.Builder labels = new Labels.Builder();
    Set<String> seen = new HashSet<>();
    for (LabelMatcher matcher : matchers) {
      if (matcher.name().equals(Labels.METRIC_NAME)) {
        continue;
      }
      if (matcher.type() == LabelMatcher.Type.EQUAL && seen.add(matcher.name())) {
        labels.set(matcher.name(), matcher.value());
      } else {
        labels.remove(matcher.name());
      }
    }
    return labels.build();
  }

  private VectorOp rangeCall(Expr.Call call, RangeFunctions function) {
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
    String name = call.function().name();
    RangeFunctions plain = context.typeLabels() ? function.byType() : function;
    RangeCallOp ofSamples =
        call(
            extended(name, range).orElse(plain),
            range,
            scalars,
            Expr.unwrap(call.arguments().getFirst()).source(),
            keeps ? NameRule.KEEP : context.dropping());
    VectorOp op = orOfTier(ofSamples, name);
    return keeps ? op : planner.distinct(op, range);
  }

  private VectorOp orOfTier(RangeCallOp ofSamples, String name) {
    return ofSamples.range() instanceof RangeSelectOp select
        ? new TierCallOp(
            ofSamples, select, BucketFunctions.find(name, context.typeLabels()).orElse(null), name)
        : ofSamples;
  }

  /**
   * @param first where the first argument stands, which Prometheus points at whatever is said
   */
  private RangeCallOp call(
      RangeFunctions function,
      Expr range,
      List<ScalarOp> scalars,
      SourceRange first,
      NameRule names) {
    return new RangeCallOp(
        function.floats(),
        function.mixed(),
        planner.range(range),
        scalars,
        names,
        first,
        context.startTimestamps());
  }

  /** The variant of a function for {@code anchored} and {@code smoothed} ranges. */
  private Optional<RangeFunctions> extended(String name, Expr range) {
    Extension extension =
        Expr.unwrap(range) instanceof Expr.MatrixSelector matrix
            ? matrix.selector().extension()
            : Extension.NONE;
    if (extension == Extension.NONE) {
      return Optional.empty();
    }
    Optional<RangeFunctions> found =
        RangeFunctions.extended(name, extension, context.lookbackMillis());
    if (found.isEmpty()) {
      throw Evaluation.failed(
          "%s modifier can only be used with: %s - not with %s"
              .formatted(
                  extension.name().toLowerCase(Locale.ROOT),
                  RangeFunctions.namesFor(extension),
                  name));
    }
    return found;
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
      op =
          new MapOp(
              planner.select(selector, Shown.TIME), List.of(), (v, _, _) -> v, context.dropping());
    } else {
      op =
          new MapOp(
              planner.vector(argument),
              List.of(CalledOps.time()),
              (_, args, step) -> args.get(0, step),
              (_, args, step, out) -> out.set(step, args.get(0, step)),
              context.dropping());
    }
    return planner.distinct(op, argument);
  }

  /** Of a selector when the counters of its samples began; of anything else nothing. */
  private VectorOp startTimestamp(Expr argument) {
    boolean known =
        context.startTimestamps() && Expr.unwrap(argument) instanceof Expr.VectorSelector;
    VectorOp inner =
        known
            ? planner.select((Expr.VectorSelector) Expr.unwrap(argument), Shown.START_TIME)
            : planner.vector(argument);
    VectorOp op =
        new MapOp(inner, List.of(), (v, _, _) -> known ? v : Points.NONE, context.dropping());
    return planner.distinct(op, argument);
  }
}
