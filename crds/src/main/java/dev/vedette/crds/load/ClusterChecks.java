package dev.vedette.crds.load;

import dev.vedette.crds.MetricsClusterSpec;
import dev.vedette.crds.MetricsClusterSpec.Limits;
import dev.vedette.crds.MetricsClusterSpec.Query;
import dev.vedette.crds.MetricsClusterSpec.Storage;
import dev.vedette.crds.value.DurationText;
import dev.vedette.crds.value.SizeText;

/** What a schema cannot say of a MetricsCluster. */
final class ClusterChecks {
  static final String SHORTEST_TIMEOUT = "100ms";

  private static final FieldPath SPEC = FieldPath.ROOT.field("spec");
  private static final SizeText SMALLEST_REQUEST = new SizeText(64 << 10);
  // The log alone takes some, and everything would be deleted all the time.
  private static final SizeText SMALLEST_RETENTION = new SizeText(64 << 20);
  private static final SizeText LARGEST_REQUEST = new SizeText(1 << 30);

  private ClusterChecks() {}

  static void check(MetricsClusterSpec spec, Findings findings) {
    storage(spec.storage(), SPEC.field("storage"), findings);
    findings.atLeast(
        SPEC.field("selfMonitoring").field("interval"), spec.selfMonitoring().interval(), "1s");
    query(spec.query(), SPEC.field("query"), findings);
    OverrideChecks.check(
        spec.tenancy().overrides(),
        spec.query(),
        SPEC.field("tenancy").field("overrides"),
        findings);
    limits(spec.limits(), SPEC.field("limits"), findings);
  }

  private static void storage(Storage storage, FieldPath path, Findings findings) {
    findings.atLeast(path.field("retention"), storage.retention(), "1h");
    SizeText size = storage.retentionSize();
    if (size != null && size.compareTo(SMALLEST_RETENTION) < 0) {
      findings.add(
          path.field("retentionSize"),
          "found " + size,
          "a size of at least %s".formatted(SMALLEST_RETENTION));
    }
    FieldPath tiers = path.field("tiers");
    tier(storage.tiers().oneMinute(), tiers.field("oneMinute"), findings);
    tier(storage.tiers().fiveMinutes(), tiers.field("fiveMinutes"), findings);
    tier(storage.tiers().oneHour(), tiers.field("oneHour"), findings);
    DurationText longest = storage.longestBlock();
    if (longest != null) {
      findings.atLeast(path.field("longestBlock"), longest, "2h");
    }
  }

  private static void tier(DurationText retention, FieldPath path, Findings findings) {
    if (!retention.value().isZero()) {
      findings.atLeast(path, retention, "1d");
    }
  }

  private static void query(Query query, FieldPath path, Findings findings) {
    findings.atLeast(path.field("lookback"), query.lookback(), "1s");
    findings.atLeast(path.field("timeout"), query.timeout(), SHORTEST_TIMEOUT);
    SizeText memory = query.memory();
    if (memory != null && memory.compareTo(ShareChecks.SMALLEST_MEMORY) < 0) {
      findings.add(
          path.field("memory"), "found " + memory, "at least " + ShareChecks.SMALLEST_MEMORY);
    }
    ShareChecks shares = new ShareChecks(query, "", path, findings);
    shares.concurrentOfTenant(query.maxConcurrentPerTenant());
    shares.memoryOfTenant(query.memoryPerTenant());
    shares.memoryOfQuery(query.memoryPerQuery());
  }

  private static void limits(Limits limits, FieldPath path, Findings findings) {
    if (limits.labelValuesWarning() > limits.maxLabelValuesPerMetric()) {
      findings.add(
          path.field("labelValuesWarning"),
          "found %d, more than maxLabelValuesPerMetric with %d"
              .formatted(limits.labelValuesWarning(), limits.maxLabelValuesPerMetric()),
          "at most that",
          "lower labelValuesWarning or raise maxLabelValuesPerMetric");
    }
    SizeText request = limits.maxRequestBytes();
    if (request.compareTo(SMALLEST_REQUEST) < 0 || request.compareTo(LARGEST_REQUEST) > 0) {
      findings.add(
          path.field("maxRequestBytes"),
          "found " + request,
          "a size from %s to %s".formatted(SMALLEST_REQUEST, LARGEST_REQUEST));
    }
    for (int i = 0; i < limits.exemptLabels().size(); i++) {
      if (limits.exemptLabels().get(i).isEmpty()) {
        findings.add(path.field("exemptLabels").item(i), "the text is empty", "a label name");
      }
    }
  }
}
