package dev.vedette.app;

import dev.vedette.crds.MetricsClusterSpec.QueryFeature;
import dev.vedette.crds.settings.ClusterSettings;
import dev.vedette.ingester.limits.SampleRate;
import dev.vedette.ingester.limits.SampleRates;
import dev.vedette.ingester.receive.RemoteWriteConfig;
import dev.vedette.model.TenantId;
import dev.vedette.promql.LanguageFeature;
import dev.vedette.promql.QueryLimits;
import dev.vedette.promql.SettingNames;
import dev.vedette.querier.QuerierConfig;
import dev.vedette.querier.QuerierConfig.Budget;
import dev.vedette.querier.QuerierConfig.OfTenant;
import dev.vedette.tsdb.TsdbConfig;
import dev.vedette.tsdb.head.HeadConfig;
import dev.vedette.tsdb.head.SeriesLimits;
import dev.vedette.tsdb.tier.TierConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What a MetricsCluster asks for, in each component's own terms. */
final class Settings {
  private Settings() {}

  static TsdbConfig tsdb(ClusterSettings settings, Path folder) {
    TsdbConfig defaults = TsdbConfig.defaults(folder);
    HeadConfig head = defaults.head();
    TsdbConfig config =
        defaults
            .withHead(
                new HeadConfig(
                        settings.storage().shards().orElse(head.shards()),
                        settings.storage().retention(),
                        head.futureLimit(),
                        settings.storage().lateWindow(),
                        seriesLimits(settings))
                    .withMaxExemplars(settings.storage().maxExemplars()))
            .withRetentionBytes(settings.storage().retentionBytes())
            .withTiers(tiers(settings.storage().tiers()));
    return settings.storage().longestBlock().map(config::withLongestBlock).orElse(config);
  }

  private static List<TierConfig> tiers(ClusterSettings.Tiers tiers) {
    return List.of(
        tier(Duration.ofMinutes(1), tiers.oneMinute()),
        tier(Duration.ofMinutes(5), tiers.fiveMinutes()),
        tier(Duration.ofHours(1), tiers.oneHour()));
  }

  private static TierConfig tier(Duration resolution, Duration retention) {
    return new TierConfig(resolution, retention, !retention.isZero());
  }

  static SeriesLimits seriesLimits(ClusterSettings settings) {
    ClusterSettings.Limits limits = settings.limits();
    return new SeriesLimits(
        limits.maxSeries(),
        limits.maxSeriesPerMetric(),
        limits.maxLabelValuesPerMetric(),
        limits.labelValuesWarning(),
        limits.exemptLabels(),
        limits.maxLabelsPerSeries(),
        limits.maxLabelNameLength(),
        limits.maxLabelValueLength(),
        limits.maxHistogramBuckets());
  }

  static SampleRates rates(ClusterSettings settings) {
    Optional<SampleRate> rate =
        settings.limits().samplesPerSecond().isPresent()
            ? Optional.of(SampleRate.of(settings.limits().samplesPerSecond().getAsLong()))
            : Optional.empty();
    return new SampleRates(rate, Map.of());
  }

  static RemoteWriteConfig remoteWrite(ClusterSettings settings) {
    RemoteWriteConfig defaults = RemoteWriteConfig.DEFAULT;
    return new RemoteWriteConfig(
        Math.toIntExact(settings.limits().maxRequestBytes()),
        defaults.maxSamples(),
        defaults.maxInFlightBytes(),
        defaults.pooledWorkspaces(),
        defaults.retryAfter());
  }

  /**
   * @param more features besides those of the settings
   */
  static QuerierConfig querier(ClusterSettings settings, Set<LanguageFeature> more) {
    ClusterSettings.Query query = settings.query();
    QuerierConfig stock = QuerierConfig.STOCK;
    QuerierConfig ofAny =
        new QuerierConfig(
            query.maxConcurrent(),
            stock.maxQueueWait(),
            query.timeout(),
            query.lookback(),
            new QueryLimits(query.maxSamples(), query.maxSeries(), query.maxPoints()),
            query.memoryBytes().orElse(stock.memoryBytes()),
            query.cacheBytes().orElse(stock.cacheBytes()),
            query.slowQuery(),
            query.log(),
            features(query.features(), more),
            new OfTenant(
                query.maxConcurrentPerTenant().orElse(query.maxConcurrent()),
                query.memoryPerTenantBytes().orElse(Long.MAX_VALUE),
                query.memoryPerQueryBytes().orElse(Long.MAX_VALUE)),
            query.alignToStep(),
            Map.of());
    return ofAny.withBudgets(budgets(settings.tenancy().queries(), ofAny));
  }

  private static Map<TenantId, Budget> budgets(
      Map<TenantId, ClusterSettings.QueryOverride> queries, QuerierConfig ofAny) {
    Map<TenantId, Budget> budgets = new HashMap<>();
    queries.forEach((tenant, own) -> budgets.put(tenant, budget(tenant, own, ofAny)));
    return budgets;
  }

  private static Budget budget(
      TenantId tenant, ClusterSettings.QueryOverride own, QuerierConfig ofAny) {
    QueryLimits limits = ofAny.limits();
    OfTenant ofTenant = ofAny.ofTenant();
    String path = "spec.tenancy.overrides[tenant=%s].query".formatted(tenant);
    return new Budget(
        own.timeout().orElse(ofAny.timeout()),
        new QueryLimits(
            own.maxSamples().orElse(limits.maxSamples()),
            own.maxSeries().orElse(limits.maxSeries()),
            own.maxPoints().orElse(limits.maxPoints()),
            new SettingNames(path, own.names())),
        new OfTenant(
            own.maxConcurrentPerTenant().orElse(ofTenant.maxConcurrent()),
            own.memoryPerTenantBytes().orElse(ofTenant.memoryBytes()),
            own.memoryPerQueryBytes().orElse(ofTenant.queryMemoryBytes())));
  }

  private static Set<LanguageFeature> features(Set<QueryFeature> asked, Set<LanguageFeature> more) {
    Set<LanguageFeature> all = EnumSet.noneOf(LanguageFeature.class);
    all.addAll(more);
    for (QueryFeature feature : asked) {
      all.add(
          switch (feature) {
            case EXPERIMENTAL_FUNCTIONS -> LanguageFeature.EXPERIMENTAL_FUNCTIONS;
            case DURATION_EXPRESSIONS -> LanguageFeature.DURATION_EXPRESSIONS;
            case EXTENDED_RANGE_SELECTORS -> LanguageFeature.EXTENDED_RANGE_SELECTORS;
            case FILL_MODIFIERS -> LanguageFeature.FILL_MODIFIERS;
            case DELAYED_NAME_REMOVAL -> LanguageFeature.DELAYED_NAME_REMOVAL;
            case START_TIMESTAMPS -> LanguageFeature.START_TIMESTAMPS;
            case TYPE_AND_UNIT_LABELS -> LanguageFeature.TYPE_AND_UNIT_LABELS;
          });
    }
    return LanguageFeature.checked(all);
  }
}
