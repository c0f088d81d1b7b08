package dev.vedette.promql.exec;

import dev.vedette.model.Labels;
import java.util.List;

/**
 * One series of a vector at all steps. The owner may change the values.
 *
 * @param nameDropped whether {@code __name__} is to be removed in the end; only where the removal
 *     is delayed
 * @param values one a step, {@link Points#NONE} where there is no point
 */
@SuppressWarnings("ArrayRecordComponent") // passed on by its owner, never compared
public record Series(Labels labels, boolean nameDropped, double[] values) {
  /** Labels once a name to be dropped is gone. */
  public Labels finalLabels() {
    return nameDropped ? withoutName(labels) : labels;
  }

  public static Labels withoutName(Labels labels) {
    return labels.has(Labels.METRIC_NAME) ? labels.without(List.of(Labels.METRIC_NAME)) : labels;
  }
}
