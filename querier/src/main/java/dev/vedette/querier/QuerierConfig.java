package dev.vedette.querier;

import dev.vedette.model.TenantId;
import dev.vedette.promql.LanguageFeature;
import dev.vedette.promql.QueryLimits;
import java.time.Duration;
import java.util.Map;
import java.util.Set;

/**
 * Settings of the querier.
 *
 * @param maxConcurrent queries that run at once
 * @param maxQueueWait how long a query waits for its turn; after that it is answered with 503
 * @param timeout how long a query may run
 * @param lookback how far back a sample counts for a step
 * @param limits what one query may use
 * @param memoryBytes memory that all requests under way may hold together; one may hold half of it
 * @param cacheBytes memory for parts of results of range queries; 0 keeps none
 * @param slowQuery queries that take longer are counted and logged
 * @param logAll whether all others are logged, too
 * @param features of the language that are switched on
 * @param ofTenant what of all this one tenant may have
 * @param alignToStep whether ends of range queries move down to multiples of the step
 * @param budgets of tenants whose queries may take something else than those of any
 */
public record QuerierConfig(
    int maxConcurrent,
    Duration maxQueueWait,
    Duration timeout,
    Duration lookback,
    QueryLimits limits,
    long memoryBytes,
    long cacheBytes,
    Duration slowQuery,
    boolean logAll,
    Set<LanguageFeature> features,
    OfTenant ofTenant,
    boolean alignToStep,
    Map<TenantId, Budget> budgets) {
  /**
   * What each tenant may have.
   *
   * @param maxConcurrent queries of it that run at once
   * @param memoryBytes memory that its requests under way may hold together
   * @param queryMemoryBytes memory that one of them may hold, where that is less than half of all
   */
  public record OfTenant(int maxConcurrent, long memoryBytes, long queryMemoryBytes) {
    /** As much as all tenants. */
    public static final OfTenant UNBOUND =
        new OfTenant(Integer.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE);
  }

  /**
   * What the queries of one tenant may take.
   *
   * @param timeout how long one may run
   * @param limits what one may use, with the names of the settings that are the tenant's own
   */
  public record Budget(Duration timeout, QueryLimits limits, OfTenant ofTenant) {}

  // Of the heap; the rest is for what is kept in memory and what comes in.
  private static final int PART_OF_HEAP = 3;
  private static final int CACHED_PART_OF_HEAP = 16;

  /** As a stock Prometheus has them, where it has them; a third of the heap. */
  public static final QuerierConfig STOCK =
      new QuerierConfig(
          20,
          Duration.ofSeconds(10),
          Duration.ofMinutes(2),
          Duration.ofMinutes(5),
          QueryLimits.DEFAULT,
          Runtime.getRuntime().maxMemory() / PART_OF_HEAP,
          Runtime.getRuntime().maxMemory() / CACHED_PART_OF_HEAP,
          Duration.ofSeconds(5),
          false,
          Set.of());

  public QuerierConfig {
    features = Set.copyOf(features);
    budgets = Map.copyOf(budgets);
  }

  /** With tenants that may have everything, and ranges as they are asked for. */
  public QuerierConfig(
      int maxConcurrent,
      Duration maxQueueWait,
      Duration timeout,
      Duration lookback,
      QueryLimits limits,
      long memoryBytes,
      long cacheBytes,
      Duration slowQuery,
      boolean logAll,
      Set<LanguageFeature> features) {
    this(
        maxConcurrent,
        maxQueueWait,
        timeout,
        lookback,
        limits,
        memoryBytes,
        cacheBytes,
        slowQuery,
        logAll,
        features,
        OfTenant.UNBOUND,
        false,
        Map.of());
  }

  /** What a tenant may have. */
  public OfTenant ofTenant(TenantId tenant) {
    Budget own = budgets.get(tenant);
    return own == null ? ofTenant : own.ofTenant();
  }

  /** The settings that queries of a tenant go by. */
  public QuerierConfig of(TenantId tenant) {
    Budget own = budgets.get(tenant);
    return own == null
        ? this
        : new QuerierConfig(
            maxConcurrent,
            maxQueueWait,
            own.timeout(),
            lookback,
            own.limits(),
            memoryBytes,
            cacheBytes,
            slowQuery,
            logAll,
            features,
            own.ofTenant(),
            alignToStep,
            budgets);
  }

  /** The same with other budgets of tenants. */
  public QuerierConfig withBudgets(Map<TenantId, Budget> newBudgets) {
    return with(memoryBytes, cacheBytes, features, ofTenant, alignToStep, newBudgets);
  }

  /** The same with other bounds of one tenant. */
  public QuerierConfig withOfTenant(OfTenant newOfTenant) {
    return with(memoryBytes, cacheBytes, features, newOfTenant, alignToStep, budgets);
  }

  /** The same with other bounds of memory. */
  public QuerierConfig withMemory(long newMemoryBytes, long newCacheBytes) {
    return with(newMemoryBytes, newCacheBytes, features, ofTenant, alignToStep, budgets);
  }

  /** The same with other parts of the language switched on. */
  public QuerierConfig withFeatures(Set<LanguageFeature> newFeatures) {
    return with(memoryBytes, cacheBytes, newFeatures, ofTenant, alignToStep, budgets);
  }

  /** The same with ends of ranges moved, or as they are asked for. */
  public QuerierConfig withAlignToStep(boolean newAlignToStep) {
    return with(memoryBytes, cacheBytes, features, ofTenant, newAlignToStep, budgets);
  }

  private QuerierConfig with(
      long newMemoryBytes,
      long newCacheBytes,
      Set<LanguageFeature> newFeatures,
      OfTenant newOfTenant,
      boolean newAlignToStep,
      Map<TenantId, Budget> newBudgets) {
    return new QuerierConfig(
        maxConcurrent,
        maxQueueWait,
        timeout,
        lookback,
        limits,
        newMemoryBytes,
        newCacheBytes,
        slowQuery,
        logAll,
        newFeatures,
        newOfTenant,
        newAlignToStep,
        newBudgets);
  }
}
