package dev.vedette.crds.settings;

import dev.vedette.crds.MetricsCluster;
import dev.vedette.crds.MetricsClusterSpec;
import dev.vedette.crds.MetricsClusterSpec.QueryFeature;
import dev.vedette.crds.MetricsClusterSpec.TenancyMode;
import dev.vedette.crds.MetricsClusterSpec.TenantOverride;
import dev.vedette.crds.MetricsClusterSpec.TenantQuery;
import dev.vedette.crds.load.ResourceLoader;
import dev.vedette.crds.value.DurationText;
import dev.vedette.crds.value.SizeText;
import dev.vedette.model.TenantId;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link MetricsCluster} says, as plain values: nothing is missing, nothing is a text any
 * more. Immutable; equal settings ask for the same.
 */
public record ClusterSettings(
    Storage storage, Limits limits, Query query, SelfMonitoring selfMonitoring, Tenancy tenancy) {

  /**
   * What is kept.
   *
   * @param lateWindow how far behind its series' newest a late sample waits in memory
   * @param retentionBytes what all of it may take on disk; empty where only time bounds it
   * @param longestBlock up to where blocks are merged; empty leaves the choice to the storage
   * @param maxExemplars of a tenant, in memory
   * @param shards parts of the head; empty leaves the choice to the storage
   */
  public record Storage(
      Duration retention,
      Duration lateWindow,
      OptionalLong retentionBytes,
      Optional<Duration> longestBlock,
      int maxExemplars,
      Tiers tiers,
      OptionalInt shards) {}

  /** How long buckets are kept; zero for a tier that is not to be. */
  public record Tiers(Duration oneMinute, Duration fiveMinutes, Duration oneHour) {}

  /**
   * Bounds of what is taken in; label sizes in bytes of UTF-8.
   *
   * @param exemptLabels labels that {@code maxLabelValuesPerMetric} does not bind
   * @param samplesPerSecond of a tenant; empty where nothing bounds it
   */
  public record Limits(
      int maxSeries,
      int maxSeriesPerMetric,
      int maxLabelValuesPerMetric,
      int labelValuesWarning,
      Set<String> exemptLabels,
      int maxLabelsPerSeries,
      int maxLabelNameLength,
      int maxLabelValueLength,
      int maxHistogramBuckets,
      OptionalLong samplesPerSecond,
      long maxRequestBytes) {
    public Limits {
      exemptLabels = Set.copyOf(exemptLabels);
    }
  }

  /**
   * Bounds and defaults of queries.
   *
   * @param maxConcurrentPerTenant empty where only {@code maxConcurrent} bounds a tenant
   * @param memoryPerTenantBytes empty where only the memory of all bounds a tenant
   * @param memoryPerQueryBytes empty where only half of the memory of all bounds a query
   */
  public record Query(
      Duration lookback,
      long maxSamples,
      long maxSeries,
      long maxPoints,
      OptionalLong memoryBytes,
      OptionalLong cacheBytes,
      Duration timeout,
      int maxConcurrent,
      OptionalInt maxConcurrentPerTenant,
      OptionalLong memoryPerTenantBytes,
      OptionalLong memoryPerQueryBytes,
      Duration slowQuery,
      boolean log,
      boolean alignToStep,
      Set<QueryFeature> features) {
    public Query {
      features = Set.copyOf(features);
    }
  }

  /** Whether and how often the installation scrapes itself and its machine. */
  public record SelfMonitoring(boolean enabled, Duration interval) {}

  /**
   * Whose data requests are of.
   *
   * @param isNamed whether each request names its tenant; else there is one
   * @param queries what those of single tenants may take
   */
  public record Tenancy(boolean isNamed, int maxTenants, Map<TenantId, QueryOverride> queries) {
    public Tenancy {
      queries = Map.copyOf(queries);
    }
  }

  /** What queries of one tenant may take; what is empty is as {@link Query} has it for any. */
  public record QueryOverride(
      OptionalLong maxSamples,
      OptionalLong maxSeries,
      OptionalLong maxPoints,
      Optional<Duration> timeout,
      OptionalLong memoryPerQueryBytes,
      OptionalLong memoryPerTenantBytes,
      OptionalInt maxConcurrentPerTenant) {
    /** What those that are there are called in the resource. */
    public Set<String> names() {
      Set<String> names = new HashSet<>();
      maxSamples.ifPresent(_ -> names.add("maxSamples"));
      maxSeries.ifPresent(_ -> names.add("maxSeries"));
      maxPoints.ifPresent(_ -> names.add("maxPoints"));
      timeout.ifPresent(_ -> names.add("timeout"));
      memoryPerQueryBytes.ifPresent(_ -> names.add("memoryPerQuery"));
      memoryPerTenantBytes.ifPresent(_ -> names.add("memoryPerTenant"));
      maxConcurrentPerTenant.ifPresent(_ -> names.add("maxConcurrentPerTenant"));
      return names;
    }
  }

  /** The settings of an installation that asks for nothing in particular. */
  public static ClusterSettings defaults(ResourceLoader loader) {
    return of(
        loader
            .loadText(
                "defaults",
                """
                apiVersion: vedette.dev/v1alpha1
                kind: MetricsCluster
                metadata: {name: defaults}
                """)
            .of(MetricsCluster.class)
            .getFirst());
  }

  /** The settings that an object read by a {@link dev.vedette.crds.ResourceSource} asks for. */
  public static ClusterSettings of(MetricsCluster cluster) {
    MetricsClusterSpec spec = cluster.getSpec();
    return new ClusterSettings(
        storage(spec.storage()),
        limits(spec.limits()),
        query(spec.query()),
        new SelfMonitoring(
            spec.selfMonitoring().enabled(), spec.selfMonitoring().interval().value()),
        new Tenancy(
            spec.tenancy().mode() == TenancyMode.HEADER,
            spec.tenancy().maxTenants(),
            overrides(spec.tenancy().overrides())));
  }

  private static Map<TenantId, QueryOverride> overrides(List<TenantOverride> overrides) {
    Map<TenantId, QueryOverride> byTenant = new HashMap<>();
    for (TenantOverride each : overrides) {
      byTenant.put(new TenantId(each.tenant()), override(each.query()));
    }
    return byTenant;
  }

  private static QueryOverride override(TenantQuery query) {
    return new QueryOverride(
        number(query.maxSamples()),
        number(query.maxSeries()),
        number(query.maxPoints()),
        Optional.ofNullable(query.timeout()).map(DurationText::value),
        bytes(query.memoryPerQuery()),
        bytes(query.memoryPerTenant()),
        count(query.maxConcurrentPerTenant()));
  }

  private static OptionalLong number(@Nullable Long number) {
    return number == null ? OptionalLong.empty() : OptionalLong.of(number);
  }

  private static OptionalInt count(@Nullable Integer count) {
    return count == null ? OptionalInt.empty() : OptionalInt.of(count);
  }

  private static OptionalLong bytes(@Nullable SizeText size) {
    return size == null ? OptionalLong.empty() : OptionalLong.of(size.bytes());
  }

  private static Storage storage(MetricsClusterSpec.Storage storage) {
    return new Storage(
        storage.retention().value(),
        storage.lateWindow().value(),
        bytes(storage.retentionSize()),
        Optional.ofNullable(storage.longestBlock()).map(DurationText::value),
        storage.maxExemplars(),
        new Tiers(
            storage.tiers().oneMinute().value(),
            storage.tiers().fiveMinutes().value(),
            storage.tiers().oneHour().value()),
        count(storage.shards()));
  }

  private static Limits limits(MetricsClusterSpec.Limits limits) {
    return new Limits(
        limits.maxSeries(),
        limits.maxSeriesPerMetric(),
        limits.maxLabelValuesPerMetric(),
        limits.labelValuesWarning(),
        Set.copyOf(limits.exemptLabels()),
        limits.maxLabelsPerSeries(),
        limits.maxLabelNameLength(),
        limits.maxLabelValueLength(),
        limits.maxHistogramBuckets(),
        number(limits.samplesPerSecond()),
        limits.maxRequestBytes().bytes());
  }

  private static Query query(MetricsClusterSpec.Query query) {
    return new Query(
        query.lookback().value(),
        query.maxSamples(),
        query.maxSeries(),
        query.maxPoints(),
        bytes(query.memory()),
        bytes(query.cacheMemory()),
        query.timeout().value(),
        query.maxConcurrent(),
        count(query.maxConcurrentPerTenant()),
        bytes(query.memoryPerTenant()),
        bytes(query.memoryPerQuery()),
        query.slowQuery().value(),
        query.log(),
        query.alignToStep(),
        Set.copyOf(query.features()));
  }
}
