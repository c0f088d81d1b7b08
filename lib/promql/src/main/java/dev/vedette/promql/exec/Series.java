package dev.vedette.promql.exec;

import dev.vedette.model.Histogram;
import dev.vedette.model.Labels;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One series of a vector at all steps. The owner may change the points.
 *
 * @param nameDropped whether {@code __name__} is to be removed in the end; only where the removal
 *     is delayed
 * @param values one a step, {@link Points#NONE} where there is no point or a histogram
 * @param histograms one a step, null where there is no point or a number; null where none is a
 *     histogram
 */
@SuppressWarnings("ArrayRecordComponent") // passed on by its owner, never compared
public record Series(
    Labels labels,
    boolean nameDropped,
    double[] values,
    @Nullable Histogram @Nullable [] histograms) {
  private static final Set<String> NAME_LABELS =
      Set.of(Labels.METRIC_NAME, Labels.TYPE, Labels.UNIT);

  /** A series of numbers. */
  public Series(Labels labels, boolean nameDropped, double[] values) {
    this(labels, nameDropped, values, null);
  }

  /** Whether there is a point at a step. */
  public boolean isPresent(int step) {
    return Points.isPresent(values[step]) || histogram(step) != null;
  }

  /** The histogram at a step, if the point there is one. */
  public @Nullable Histogram histogram(int step) {
    return histograms == null ? null : histograms[step];
  }

  /** Whether there is any point. */
  public boolean anyPresent() {
    return Points.any(values, values.length) || Points.any(histograms);
  }

  /** Takes out the point at a step. */
  public void remove(int step) {
    values[step] = Points.NONE;
    if (histograms != null) {
      histograms[step] = null;
    }
  }

  /** The same points under other labels. */
  public Series relabeled(Labels newLabels, boolean dropName) {
    return new Series(newLabels, dropName, values, histograms);
  }

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
