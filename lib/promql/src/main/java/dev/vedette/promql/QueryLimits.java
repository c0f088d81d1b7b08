package dev.vedette.promql;

/**
 * What one query may use besides time and memory.
 *
 * @param maxSamples samples it may read, and values it may hold at once, each
 * @param maxSeries series it may read, counted again where two selectors read them
 * @param maxPoints points that its answer may have, all series together
 * @param names of the settings that say so, those of time and memory among them
 */
public record QueryLimits(long maxSamples, long maxSeries, long maxPoints, SettingNames names) {
  /** More than dashboards ask for, less than what would keep a server busy for minutes. */
  public static final QueryLimits DEFAULT = new QueryLimits(500_000_000, 5_000_000, 50_000_000);

  /** As settings of all tenants have them. */
  public QueryLimits(long maxSamples, long maxSeries, long maxPoints) {
    this(maxSamples, maxSeries, maxPoints, SettingNames.OF_ALL);
  }

  /** The same with another bound of samples. */
  public QueryLimits withMaxSamples(long samples) {
    return new QueryLimits(samples, maxSeries, maxPoints, names);
  }
}
