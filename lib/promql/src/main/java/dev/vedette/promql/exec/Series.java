package dev.vedette.promql.exec;

import dev.vedette.model.Labels;
import java.util.Set;

/**
 * One series of a vector at all steps. The owner may change the values.
 *
 * @param nameDropped whether {@code __name__} is to be removed in the end; only where the removal
 *     is delayed
 * @param values one a step, {@link Points#NONE} where there is no point
 */
@SuppressWarnings("ArrayRecordComponent") // passed on by its owner, never compared
public record Series(Labels labels, boolean nameDropped, double[] values) {
  private static final Set<String> NAME_LABELS = Set.of(Labels.METRIC_NAME, "__type__", "__unit__");

  /** Labels once a name to be dropped is gone. */
  public Labels finalLabels() {
    return nameDropped ? withoutName(labels) : labels;
  }

  /** Labels without the metric's name, and without type and unit, which belong to the name. */
  public static Labels withoutName(Labels labels) {
    return hasName(labels) ? labels.without(NAME_LABELS) : labels;
  }

  static boolean hasName(Labels labels) {
    for (int i = 0; i < labels.size(); i++) {
      String name = labels.name(i);
      // Nearly all of them sort first, if they are there at all.
      if (name.startsWith("__") && NAME_LABELS.contains(name)) {
        return true;
      }
    }
    return false;
  }
}
