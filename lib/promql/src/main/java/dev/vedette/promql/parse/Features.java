package dev.vedette.promql.parse;

/**
 * Parts of the language that are not stable upstream.
 *
 * @param experimentalFunctions functions and aggregations that may still change
 * @param durationExpressions arithmetic where a duration stands: {@code [5m*2]}
 * @param extendedRangeSelectors {@code anchored} and {@code smoothed}
 * @param fillModifiers {@code fill}, {@code fill_left}, {@code fill_right}
 */
public record Features(
    boolean experimentalFunctions,
    boolean durationExpressions,
    boolean extendedRangeSelectors,
    boolean fillModifiers) {
  /** As a stock Prometheus 3.14 has them. */
  public static final Features STOCK = new Features(false, true, false, false);

  /** Everything on. */
  public static final Features ALL = new Features(true, true, true, true);
}
