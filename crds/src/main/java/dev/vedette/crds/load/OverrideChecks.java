package dev.vedette.crds.load;

import dev.vedette.crds.MetricsClusterSpec.Query;
import dev.vedette.crds.MetricsClusterSpec.TenantOverride;
import dev.vedette.crds.MetricsClusterSpec.TenantQuery;
import dev.vedette.crds.value.DurationText;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What a schema cannot say of what single tenants may take. */
final class OverrideChecks {
  private OverrideChecks() {}

  /**
   * @param all what queries of any tenant may take
   */
  static void check(List<TenantOverride> overrides, Query all, FieldPath path, Findings findings) {
    Map<String, FieldPath> first = new HashMap<>();
    for (int i = 0; i < overrides.size(); i++) {
      FieldPath at = path.item(i);
      TenantOverride each = overrides.get(i);
      tenant(each.tenant(), at, first, findings);
      query(each.query(), all, at.field("query"), findings);
    }
  }

  private static void tenant(
      String tenant, FieldPath path, Map<String, FieldPath> first, Findings findings) {
    FieldPath field = path.field("tenant");
    if (tenant.equals(".") || tenant.equals("..")) {
      findings.add(
          field, "found \"%s\", which names a folder".formatted(tenant), TenantOverride.EXPECTED);
    }
    FieldPath before = first.putIfAbsent(tenant, path);
    if (before != null) {
      findings.add(
          field,
          "found \"%s\", which %s has too".formatted(tenant, before),
          "each tenant once",
          "put into one what is in both");
    }
  }

  private static void query(TenantQuery query, Query all, FieldPath path, Findings findings) {
    DurationText timeout = query.timeout();
    if (timeout != null) {
      findings.atLeast(path.field("timeout"), timeout, ClusterChecks.SHORTEST_TIMEOUT);
    }
    ShareChecks shares = new ShareChecks(all, "spec.query.", path, findings);
    shares.concurrentOfTenant(query.maxConcurrentPerTenant());
    shares.memoryOfTenant(query.memoryPerTenant());
    shares.memoryOfQuery(query.memoryPerQuery());
  }
}
