package dev.vedette.ingester.scrape;

import dev.vedette.crds.ScrapeTargetSpec.Authorization;
import dev.vedette.crds.ScrapeTargetSpec.BasicAuth;
import dev.vedette.crds.ScrapeTargetSpec.DnsTargets;
import dev.vedette.crds.ScrapeTargetSpec.FileTargets;
import dev.vedette.crds.ScrapeTargetSpec.Tls;
import dev.vedette.ingester.relabel.RelabelRule;
import dev.vedette.model.Labels;
import dev.vedette.wire.exposition.ExpositionFormat;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything about one pool of targets; two that are equal scrape alike.
 *
 * @param name {@code namespace/name/index}
 * @param maxTargets targets the pool may have; 0 where nothing bounds it
 * @param extraMetrics whether each target also gets {@code scrape_timeout_seconds}, {@code
 *     scrape_sample_limit} and {@code scrape_body_size_bytes}
 * @param atOnce whether a target's first scrape does not wait for its place in the interval
 */
record PoolConfig(
    String name,
    Places places,
    Defaults defaults,
    List<RelabelRule> relabelings,
    SampleRules samples,
    Http http,
    int maxTargets,
    boolean extraMetrics,
    boolean atOnce) {
  PoolConfig {
    relabelings = List.copyOf(relabelings);
  }

  /** Where its targets are found; each part may be missing. */
  record Places(List<String> addresses, @Nullable DnsTargets dns, @Nullable FileTargets files) {
    Places {
      addresses = List.copyOf(addresses);
    }
  }

  /**
   * What a target has before relabelling, unless discovery says otherwise.
   *
   * @param port added to addresses without one; 0 leaves them as they are
   */
  record Defaults(
      String job,
      Labels labels,
      int port,
      String scheme,
      String path,
      Map<String, List<String>> params,
      Duration interval,
      Duration timeout) {
    Defaults {
      params = Map.copyOf(params);
    }
  }

  /** The same with type and unit labels of samples switched on or off. */
  PoolConfig withTypeLabels(boolean on) {
    return new PoolConfig(
        name,
        places,
        defaults,
        relabelings,
        samples.withTypeLabels(on),
        http,
        maxTargets,
        extraMetrics,
        atOnce);
  }

  /**
   * What becomes of the samples on a page.
   *
   * @param typeLabels whether they get the labels {@code __type__} and {@code __unit__}
   */
  record SampleRules(
      Histograms histograms,
      boolean typeLabels,
      boolean honorLabels,
      boolean honorTimestamps,
      boolean trackTimestampsStaleness,
      List<RelabelRule> metricRelabelings,
      Limits limits) {
    SampleRules {
      metricRelabelings = List.copyOf(metricRelabelings);
    }

    SampleRules withTypeLabels(boolean on) {
      return new SampleRules(
          histograms,
          on,
          honorLabels,
          honorTimestamps,
          trackTimestampsStaleness,
          metricRelabelings,
          limits);
    }
  }

  /** Which form of histograms is read where a page has both. */
  record Histograms(boolean nativeOnes, boolean classicBesideNative) {
    static final Histograms CLASSIC = new Histograms(false, false);
  }

  /**
   * Bounds of one scrape; 0 where nothing bounds it, save the body, which always has a bound. Label
   * sizes are in bytes of UTF-8.
   */
  record Limits(long bodyBytes, int samples, int labels, int labelName, int labelValue) {}

  /** How a page is asked for. */
  record Http(
      @Nullable BasicAuth basicAuth,
      @Nullable Authorization authorization,
      @Nullable Tls tls,
      boolean compression,
      boolean followRedirects,
      String accept,
      ExpositionFormat fallback) {}
}
