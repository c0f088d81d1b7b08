package dev.vedette.model.partial;

import dev.vedette.model.Selection;
import java.util.Set;

/**
 * An aggregation of a selector's series, or of a function over their ranges, at some steps. Plain
 * numbers and texts, so that it can be sent to another process. Nothing in it may be changed.
 *
 * @param reduction what is made of each group at each step
 * @param best of {@code TOPK} and {@code BOTTOMK} how many series, one number a step, none where it
 *     is not positive; else empty
 * @param labels names of the labels that make a group, or with {@code keep} false those that do not
 * @param startMillis the first step, in Unix milliseconds
 * @param endMillis no step is later
 * @param stepMillis from one step to the next, positive
 * @param byStep whether samples that are looked at are counted for each step
 */
@SuppressWarnings("ArrayRecordComponent") // passed on, never compared
public record PartialRequest(
    Reduction reduction,
    int[] best,
    Set<String> labels,
    boolean keep,
    SeriesPoints points,
    long startMillis,
    long endMillis,
    long stepMillis,
    boolean byStep) {
  public PartialRequest {
    labels = Set.copyOf(labels);
  }

  /** The number of steps. */
  public int steps() {
    return (int) ((endMillis - startMillis) / stepMillis) + 1;
  }

  /** What is read for it. */
  public Selection selection() {
    long last = startMillis + (steps() - 1) * stepMillis;
    long offset = points.offsetMillis();
    return new Selection(
        points.matchers(),
        points.fixedMillis().orElse(startMillis) - offset - points.windowMillis() + 1,
        points.fixedMillis().orElse(last) - offset);
  }
}
