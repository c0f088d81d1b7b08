package dev.vedette.model.partial;

import java.util.List;

/**
 * Columns, one value a step, that have at each step some number for their exact sum: of {@link
 * #ordinary} as they are, of {@link #large} times 2 to {@link #POWER}, and of {@link #small}
 * divided by that. So what is beyond the largest double is a few columns, too, and a tiny one's
 * square loses nothing. Where there is nothing at a step, a column has the bits of a staleness
 * marker.
 */
public record ExactColumns(List<double[]> ordinary, List<double[]> large, List<double[]> small) {
  /**
   * Squares of the largest doubles and of the smallest ones, scaled by it, are ordinary numbers.
   */
  public static final int POWER = 1200;

  public static final ExactColumns NONE = new ExactColumns(List.of(), List.of(), List.of());

  public ExactColumns {
    ordinary = List.copyOf(ordinary);
    large = List.copyOf(large);
    small = List.copyOf(small);
  }

  /** A column that is the number. */
  public static ExactColumns of(double[] column) {
    return new ExactColumns(List.of(column), List.of(), List.of());
  }
}
