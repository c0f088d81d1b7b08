package dev.vedette.promql.exec;

import dev.vedette.model.Labels;
import dev.vedette.promql.parse.SourceRange;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An aggregation that has to see all series of a group together. Holds its whole input.
 *
 * @param parameter of the aggregation, one value a step
 * @param where what it says is about, in the expression
 * @param parameterWhere its parameter stands in the expression
 */
public record GroupOp(
    VectorOp inner,
    Grouping grouping,
    ScalarOp parameter,
    GroupFunction function,
    SourceRange where,
    SourceRange parameterWhere)
    implements VectorOp {
  /** Makes the results of one group. */
  @FunctionalInterface
  public interface GroupFunction {
    List<Series> apply(Group group, double[] parameter, Context context);

    /** Refuses parameters that have no meaning or warns of them, whatever series there are. */
    default void check(double[] parameter, Notes notes) {}
  }

  /**
   * The query that groups are made in.
   *
   * @param notes of the aggregation
   * @param ofParameter notes of its parameter
   */
  public record Context(Evaluation evaluation, Notes notes, Notes ofParameter) {}

  /** Series of one group, in the order they came; the function may change them. */
  public record Group(Labels labels, List<Series> series, int steps) {
    /** Whether the result's name is to be dropped in the end. */
    public boolean nameDropped() {
      return Series.hasName(labels) && series.stream().anyMatch(Series::nameDropped);
    }
  }

  @Override
  public VectorStream open(Evaluation evaluation, Steps steps) {
    return new ListStream(all(evaluation, steps));
  }

  @Override
  public List<Series> all(Evaluation evaluation, Steps steps) {
    double[] parameters = parameter.evaluate(evaluation, steps);
    function.check(parameters, evaluation.notes(parameterWhere));
    Map<Labels, Group> groups = new LinkedHashMap<>();
    for (Series series : inner.all(evaluation, steps)) {
      Labels labels = grouping.of(series.labels());
      groups
          .computeIfAbsent(labels, _ -> new Group(labels, new ArrayList<>(), steps.count()))
          .series()
          .add(series);
    }
    List<Series> results = new ArrayList<>();
    Context context =
        new Context(evaluation, evaluation.notes(where), evaluation.notes(parameterWhere));
    for (Group group : groups.values()) {
      evaluation.check();
      results.addAll(function.apply(group, parameters, context));
    }
    return results;
  }
}
