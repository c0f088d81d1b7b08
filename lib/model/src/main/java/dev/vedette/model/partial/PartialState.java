package dev.vedette.model.partial;

import java.util.List;

/**
 * What is known of one group at each step once some of its series were looked at. Parts of a group
 * can be put together in any order, with the same result to the bit: numbers are counted, compared,
 * or summed up exactly. Each column has one value a step, and the bits of a staleness marker where
 * no series had a point. What a reduction does not need is empty.
 *
 * @param counts how many points there were, one column: {@code COUNT} and {@code GROUP}, histograms
 *     included; {@code AVG}, {@code STDDEV}, {@code STDVAR} of numbers alone
 * @param values columns whose exact sum is that of the points: {@code SUM}, {@code AVG}, {@code
 *     STDDEV}, {@code STDVAR}; of {@code MIN} and {@code MAX} one column with the least or largest
 * @param squares columns whose exact sum is that of the points' squares, where all points are
 *     finite: {@code STDDEV}, {@code STDVAR}
 */
public record PartialState(List<double[]> counts, ExactColumns values, ExactColumns squares) {
  /** Of a group of which only its being there matters. */
  public static final PartialState NONE =
      new PartialState(List.of(), ExactColumns.NONE, ExactColumns.NONE);

  public PartialState {
    counts = List.copyOf(counts);
  }
}
