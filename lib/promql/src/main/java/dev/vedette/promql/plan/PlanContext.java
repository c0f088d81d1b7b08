package dev.vedette.promql.plan;

import dev.vedette.promql.exec.NameRule;
import dev.vedette.promql.exec.Steps;
import dev.vedette.promql.explain.PlanTrace;
import dev.vedette.promql.parse.DurationExpr;
import dev.vedette.promql.parse.Modifiers;
import dev.vedette.promql.parse.Modifiers.At;
import org.jspecify.annotations.Nullable;

/**
 * What a plan depends on besides the expression.
 *
 * @param query the steps of the whole query, whatever a subquery's are
 * @param instant whether it is an instant query, whose step is 0
 * @param subqueryStepMillis step of a subquery that names none
 * @param delayedNameRemoval whether {@code __name__} goes only in the end
 * @param startTimestamps whether start timestamps of samples are looked at
 * @param typeLabels whether counters are known by the label of their type, not by their name
 * @param trace where the plan is written down, if there is one
 */
public record PlanContext(
    Steps query,
    boolean instant,
    long lookbackMillis,
    long subqueryStepMillis,
    boolean delayedNameRemoval,
    boolean startTimestamps,
    boolean typeLabels,
    @Nullable PlanTrace trace) {
  NameRule dropping() {
    return NameRule.dropping(delayedNameRemoval);
  }

  long stepMillis() {
    return instant ? 0 : query.stepMillis();
  }

  long millis(DurationExpr duration) {
    DurationExpr.Frame frame =
        new DurationExpr.Frame(stepMillis(), query.endMillis() - query.startMillis());
    return Math.round(DurationExpr.seconds(duration, frame) * 1000);
  }

  long offsetMillis(Modifiers modifiers) {
    DurationExpr offset = modifiers.offset();
    return offset == null ? 0 : millis(offset);
  }

  @Nullable Long fixedMillis(Modifiers modifiers) {
    return switch (modifiers.at()) {
      case null -> null;
      case At.Time time -> time.millis();
      case At.Start _ -> query.startMillis();
      case At.End _ -> query.endMillis();
    };
  }
}
