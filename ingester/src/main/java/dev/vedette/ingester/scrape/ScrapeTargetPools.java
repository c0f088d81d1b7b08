package dev.vedette.ingester.scrape;

import dev.vedette.crds.Relabeling;
import dev.vedette.crds.ScrapeTarget;
import dev.vedette.crds.ScrapeTargetSpec;
import dev.vedette.crds.ScrapeTargetSpec.ScrapeProtocol;
import dev.vedette.crds.VedetteResources;
import dev.vedette.ingester.relabel.RelabelRule;
import dev.vedette.model.Labels;
import dev.vedette.wire.exposition.ExpositionFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Turns ScrapeTargets and built-in targets into pools. The {@code job} of a ScrapeTarget's series
 * is its name, unless its labels or relabelings set another.
 */
final class ScrapeTargetPools {
  private static final long BUILT_IN_BODY_BYTES = 64L << 20;

  private ScrapeTargetPools() {}

  static PoolConfig pool(ScrapeTarget resource) {
    ScrapeTargetSpec spec = Objects.requireNonNull(resource.getSpec());
    return new PoolConfig(
        VedetteResources.key(resource) + "/0",
        new PoolConfig.Places(
            spec.fixed() == null ? List.of() : spec.fixed().targets(), spec.dns(), spec.files()),
        defaults(resource.getMetadata().getName(), spec),
        rules(spec.relabelings()),
        new PoolConfig.SampleRules(
            new PoolConfig.Histograms(
                spec.scrapeNativeHistograms(), spec.scrapeClassicHistograms()),
            false,
            spec.honorLabels(),
            spec.honorTimestamps(),
            spec.trackTimestampsStaleness(),
            rules(spec.metricRelabelings()),
            limits(spec.limits())),
        new PoolConfig.Http(
            spec.basicAuth(),
            spec.authorization(),
            spec.tls(),
            spec.enableCompression(),
            spec.followRedirects(),
            accept(protocols(spec)),
            format(spec.fallbackScrapeProtocol())),
        orZero(spec.limits().targets()),
        spec.extraScrapeMetrics(),
        false);
  }

  private static PoolConfig.Defaults defaults(String name, ScrapeTargetSpec spec) {
    Map<String, String> labels = Optional.ofNullable(spec.labels()).orElse(Map.of());
    return new PoolConfig.Defaults(
        name,
        Labels.of(labels),
        orZero(spec.port()),
        spec.scheme() == ScrapeTargetSpec.Scheme.HTTPS ? "https" : "http",
        spec.path(),
        Optional.ofNullable(spec.params()).orElse(Map.of()),
        spec.interval().value(),
        spec.effectiveTimeout());
  }

  /** A target of this process itself: one address, no rules, and there to be seen at once. */
  static PoolConfig pool(BuiltInTarget target) {
    return new PoolConfig(
        "vedette/" + target.job() + "/0",
        new PoolConfig.Places(List.of(target.address()), null, null),
        new PoolConfig.Defaults(
            target.job(),
            Labels.EMPTY,
            0,
            "http",
            target.path(),
            Map.of(),
            target.interval(),
            target.timeout()),
        List.of(),
        new PoolConfig.SampleRules(
            PoolConfig.Histograms.CLASSIC,
            false,
            false,
            true,
            false,
            List.of(),
            new PoolConfig.Limits(BUILT_IN_BODY_BYTES, 0, 0, 0, 0)),
        new PoolConfig.Http(
            null, null, null, true, true, ExpositionFormat.ACCEPT, ExpositionFormat.TEXT),
        0,
        false,
        true);
  }

  private static PoolConfig.Limits limits(ScrapeTargetSpec.ScrapeLimits limits) {
    return new PoolConfig.Limits(
        limits.bodySize().bytes(),
        orZero(limits.samples()),
        orZero(limits.labels()),
        orZero(limits.labelNameLength()),
        orZero(limits.labelValueLength()));
  }

  private static int orZero(@Nullable Integer limit) {
    return limit == null ? 0 : limit;
  }

  private static List<RelabelRule> rules(@Nullable List<Relabeling> relabelings) {
    List<RelabelRule> rules = new ArrayList<>();
    for (Relabeling rule : relabelings == null ? List.<Relabeling>of() : relabelings) {
      rules.add(
          new RelabelRule(
              action(rule.action()),
              Optional.ofNullable(rule.sourceLabels()).orElse(List.of()),
              rule.separator(),
              rule.regex(),
              rule.modulus() == null ? 0 : rule.modulus(),
              rule.targetLabel() == null ? "" : rule.targetLabel(),
              rule.replacement()));
    }
    return rules;
  }

  private static RelabelRule.Action action(Relabeling.Action action) {
    return switch (action) {
      case REPLACE -> RelabelRule.Action.REPLACE;
      case KEEP -> RelabelRule.Action.KEEP;
      case DROP -> RelabelRule.Action.DROP;
      case KEEPEQUAL -> RelabelRule.Action.KEEPEQUAL;
      case DROPEQUAL -> RelabelRule.Action.DROPEQUAL;
      case HASHMOD -> RelabelRule.Action.HASHMOD;
      case LABELMAP -> RelabelRule.Action.LABELMAP;
      case LABELDROP -> RelabelRule.Action.LABELDROP;
      case LABELKEEP -> RelabelRule.Action.LABELKEEP;
      case LOWERCASE -> RelabelRule.Action.LOWERCASE;
      case UPPERCASE -> RelabelRule.Action.UPPERCASE;
    };
  }

  private static ExpositionFormat format(ScrapeProtocol protocol) {
    return switch (protocol) {
      case OPEN_METRICS_1_0_0 -> ExpositionFormat.OPENMETRICS;
      case PROMETHEUS_TEXT_0_0_4 -> ExpositionFormat.TEXT;
      case PROMETHEUS_PROTO -> ExpositionFormat.PROTOBUF;
    };
  }

  /** Native histograms are in protobuf only, so whoever wants them asks for it. */
  private static List<ScrapeProtocol> protocols(ScrapeTargetSpec spec) {
    List<ScrapeProtocol> protocols = new ArrayList<>(spec.scrapeProtocols());
    if (spec.scrapeNativeHistograms() && !protocols.contains(ScrapeProtocol.PROMETHEUS_PROTO)) {
      protocols.addFirst(ScrapeProtocol.PROMETHEUS_PROTO);
    }
    return protocols;
  }

  /** Wishes with falling weight; anything at all is better than a refusal. */
  private static String accept(List<ScrapeProtocol> protocols) {
    StringBuilder accept = new StringBuilder();
    int weight = 9;
    for (ScrapeProtocol protocol : protocols) {
      accept.append(mediaType(protocol)).append(";q=0.").append(weight).append(',');
      weight = Math.max(2, weight - 1);
    }
    return accept.append("*/*;q=0.1").toString();
  }

  private static String mediaType(ScrapeProtocol protocol) {
    return switch (protocol) {
      case OPEN_METRICS_1_0_0 -> "application/openmetrics-text;version=1.0.0";
      case PROMETHEUS_TEXT_0_0_4 -> "text/plain;version=0.0.4";
      case PROMETHEUS_PROTO ->
          "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily"
              + ";encoding=delimited";
    };
  }
}
