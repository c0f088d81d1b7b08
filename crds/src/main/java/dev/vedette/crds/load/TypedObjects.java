package dev.vedette.crds.load;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vedette.crds.MetricsCluster;
import dev.vedette.crds.MetricsClusterSpec;
import dev.vedette.crds.MetricsClusterSpec.Profile;
import dev.vedette.crds.MetricsClusterSpec.QueryFeature;
import dev.vedette.crds.MetricsClusterSpec.TenancyMode;
import dev.vedette.crds.Relabeling;
import dev.vedette.crds.ScrapeTarget;
import dev.vedette.crds.ScrapeTargetSpec;
import dev.vedette.crds.ScrapeTargetSpec.DnsType;
import dev.vedette.crds.ScrapeTargetSpec.Scheme;
import dev.vedette.crds.ScrapeTargetSpec.ScrapeProtocol;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Objects of JSON that a schema has checked and completed. Written out by hand, field by field,
 * because a start waits for it: Jackson would look at all classes first, for a quarter of the time
 * that a start takes. A test holds the two to each other.
 */
final class TypedObjects {
  private static final Map<String, Scheme> SCHEMES =
      Map.of("http", Scheme.HTTP, "https", Scheme.HTTPS);
  private static final Map<String, ScrapeProtocol> PROTOCOLS =
      Map.of(
          "OpenMetricsText1.0.0", ScrapeProtocol.OPEN_METRICS_1_0_0,
          "PrometheusProto", ScrapeProtocol.PROMETHEUS_PROTO,
          "PrometheusText0.0.4", ScrapeProtocol.PROMETHEUS_TEXT_0_0_4);

  private static final Map<String, QueryFeature> QUERY_FEATURES =
      Map.of(
          "promql-binop-fill-modifiers", QueryFeature.FILL_MODIFIERS,
          "promql-delayed-name-removal", QueryFeature.DELAYED_NAME_REMOVAL,
          "promql-duration-expr", QueryFeature.DURATION_EXPRESSIONS,
          "promql-experimental-functions", QueryFeature.EXPERIMENTAL_FUNCTIONS,
          "promql-extended-range-selectors", QueryFeature.EXTENDED_RANGE_SELECTORS,
          "type-and-unit-labels", QueryFeature.TYPE_AND_UNIT_LABELS,
          "use-start-timestamps", QueryFeature.START_TIMESTAMPS);

  private TypedObjects() {}

  static MetricsCluster cluster(JsonNode json) {
    MetricsCluster cluster = new MetricsCluster();
    cluster.setMetadata(metadata(new Fields(json.get("metadata"))));
    cluster.setSpec(clusterSpec(new Fields(json.get("spec"))));
    return cluster;
  }

  static ScrapeTarget target(JsonNode json) {
    ScrapeTarget target = new ScrapeTarget();
    target.setMetadata(metadata(new Fields(json.get("metadata"))));
    target.setSpec(targetSpec(new Fields(json.get("spec"))));
    return target;
  }

  /** What a file says of an object; the rest is Kubernetes' own and means nothing in a file. */
  private static ObjectMeta metadata(Fields fields) {
    ObjectMeta metadata = new ObjectMeta();
    metadata.setName(fields.text("name"));
    metadata.setNamespace(fields.text("namespace"));
    metadata.setLabels(fields.texts("labels"));
    metadata.setAnnotations(fields.texts("annotations"));
    return metadata;
  }

  private static MetricsClusterSpec clusterSpec(Fields fields) {
    return new MetricsClusterSpec(
        fields.choice("profile", Map.of("Standalone", Profile.STANDALONE)),
        fields.object("storage", TypedObjects::storage),
        fields.object("limits", TypedObjects::limits),
        fields.object("query", TypedObjects::query),
        fields.object("selfMonitoring", TypedObjects::selfMonitoring),
        fields.object("tenancy", TypedObjects::tenancy));
  }

  private static MetricsClusterSpec.Tenancy tenancy(Fields fields) {
    return new MetricsClusterSpec.Tenancy(
        fields.choice("mode", Map.of("Single", TenancyMode.SINGLE, "Header", TenancyMode.HEADER)),
        fields.integer("maxTenants"),
        fields.objects("overrides", TypedObjects::tenantOverride));
  }

  private static MetricsClusterSpec.TenantOverride tenantOverride(Fields fields) {
    return new MetricsClusterSpec.TenantOverride(
        fields.text("tenant"), fields.object("query", TypedObjects::tenantQuery));
  }

  private static MetricsClusterSpec.TenantQuery tenantQuery(Fields fields) {
    return new MetricsClusterSpec.TenantQuery(
        fields.optionalLong("maxSamples"),
        fields.optionalLong("maxSeries"),
        fields.optionalLong("maxPoints"),
        fields.optionalDuration("timeout"),
        fields.optionalSize("memoryPerQuery"),
        fields.optionalSize("memoryPerTenant"),
        fields.optionalInteger("maxConcurrentPerTenant"));
  }

  private static MetricsClusterSpec.Storage storage(Fields fields) {
    return new MetricsClusterSpec.Storage(
        fields.duration("retention"),
        fields.duration("lateWindow"),
        fields.optionalSize("retentionSize"),
        fields.optionalDuration("longestBlock"),
        fields.integer("maxExemplars"),
        fields.object("tiers", TypedObjects::tiers),
        fields.optionalInteger("shards"));
  }

  private static MetricsClusterSpec.Tiers tiers(Fields fields) {
    return new MetricsClusterSpec.Tiers(
        fields.duration("oneMinute"), fields.duration("fiveMinutes"), fields.duration("oneHour"));
  }

  private static MetricsClusterSpec.Limits limits(Fields fields) {
    return new MetricsClusterSpec.Limits(
        fields.integer("maxSeries"),
        fields.integer("maxSeriesPerMetric"),
        fields.integer("maxLabelValuesPerMetric"),
        fields.integer("labelValuesWarning"),
        fields.textList("exemptLabels"),
        fields.integer("maxLabelsPerSeries"),
        fields.integer("maxLabelNameLength"),
        fields.integer("maxLabelValueLength"),
        fields.integer("maxHistogramBuckets"),
        fields.optionalLong("samplesPerSecond"),
        fields.size("maxRequestBytes"));
  }

  private static MetricsClusterSpec.Query query(Fields fields) {
    return new MetricsClusterSpec.Query(
        fields.duration("lookback"),
        fields.longInteger("maxSamples"),
        fields.longInteger("maxSeries"),
        fields.longInteger("maxPoints"),
        fields.optionalSize("memory"),
        fields.optionalSize("memoryPerQuery"),
        fields.optionalSize("cacheMemory"),
        fields.duration("timeout"),
        fields.integer("maxConcurrent"),
        fields.optionalInteger("maxConcurrentPerTenant"),
        fields.optionalSize("memoryPerTenant"),
        fields.duration("slowQuery"),
        fields.flag("log"),
        fields.flag("alignToStep"),
        fields.textList("features").stream().map(QUERY_FEATURES::get).toList());
  }

  private static MetricsClusterSpec.SelfMonitoring selfMonitoring(Fields fields) {
    return new MetricsClusterSpec.SelfMonitoring(
        fields.flag("enabled"), fields.duration("interval"));
  }

  private static ScrapeTargetSpec targetSpec(Fields fields) {
    return new ScrapeTargetSpec(
        fields.optionalObject("static", TypedObjects::staticTargets),
        fields.optionalObject("dns", TypedObjects::dnsTargets),
        fields.optionalObject("files", TypedObjects::fileTargets),
        fields.texts("labels"),
        fields.optionalInteger("port"),
        fields.text("path"),
        fields.textLists("params"),
        fields.choice("scheme", SCHEMES),
        fields.duration("interval"),
        fields.optionalDuration("timeout"),
        fields.flag("honorLabels"),
        fields.flag("honorTimestamps"),
        fields.flag("trackTimestampsStaleness"),
        fields.objects("relabelings", TypedObjects::relabeling),
        fields.objects("metricRelabelings", TypedObjects::relabeling),
        fields.optionalObject("basicAuth", TypedObjects::basicAuth),
        fields.optionalObject("authorization", TypedObjects::authorization),
        fields.optionalObject("tls", TypedObjects::tls),
        fields.object("limits", TypedObjects::scrapeLimits),
        fields.flag("enableCompression"),
        fields.flag("followRedirects"),
        protocols(fields.textList("scrapeProtocols")),
        fields.choice("fallbackScrapeProtocol", PROTOCOLS),
        fields.flag("extraScrapeMetrics"),
        fields.flag("scrapeNativeHistograms"),
        fields.flag("scrapeClassicHistograms"));
  }

  private static List<ScrapeProtocol> protocols(List<String> names) {
    return names.stream().map(PROTOCOLS::get).toList();
  }

  private static ScrapeTargetSpec.StaticTargets staticTargets(Fields fields) {
    return new ScrapeTargetSpec.StaticTargets(fields.textList("targets"));
  }

  private static ScrapeTargetSpec.DnsTargets dnsTargets(Fields fields) {
    return new ScrapeTargetSpec.DnsTargets(
        fields.textList("names"),
        DnsType.valueOf(fields.text("type")),
        fields.optionalInteger("port"),
        fields.duration("refreshInterval"));
  }

  private static ScrapeTargetSpec.FileTargets fileTargets(Fields fields) {
    return new ScrapeTargetSpec.FileTargets(
        fields.textList("paths"), fields.duration("refreshInterval"));
  }

  private static Relabeling relabeling(Fields fields) {
    return new Relabeling(
        fields.textList("sourceLabels"),
        fields.text("separator"),
        fields.optionalText("targetLabel"),
        fields.text("regex"),
        fields.optionalLong("modulus"),
        fields.text("replacement"),
        // In a resource an action is written as here, in lower case.
        Relabeling.Action.valueOf(fields.text("action").toUpperCase(Locale.ROOT)));
  }

  private static ScrapeTargetSpec.BasicAuth basicAuth(Fields fields) {
    return new ScrapeTargetSpec.BasicAuth(
        fields.text("username"),
        fields.optionalText("password"),
        fields.optionalText("passwordFile"));
  }

  private static ScrapeTargetSpec.Authorization authorization(Fields fields) {
    return new ScrapeTargetSpec.Authorization(
        fields.text("type"),
        fields.optionalText("credentials"),
        fields.optionalText("credentialsFile"));
  }

  private static ScrapeTargetSpec.Tls tls(Fields fields) {
    return new ScrapeTargetSpec.Tls(
        fields.optionalText("caFile"),
        fields.optionalText("certFile"),
        fields.optionalText("keyFile"),
        fields.optionalText("serverName"),
        fields.flag("insecureSkipVerify"));
  }

  private static ScrapeTargetSpec.ScrapeLimits scrapeLimits(Fields fields) {
    return new ScrapeTargetSpec.ScrapeLimits(
        fields.size("bodySize"),
        fields.optionalInteger("samples"),
        fields.optionalInteger("labels"),
        fields.optionalInteger("labelNameLength"),
        fields.optionalInteger("labelValueLength"),
        fields.optionalInteger("targets"));
  }
}
