package dev.vedette.promql;

import java.util.Set;

/**
 * What the settings are called that bound a query, for whoever it refuses: a tenant may have some
 * of its own.
 *
 * @param path of the settings that are a tenant's own
 * @param own names of those; the others are those of all tenants
 */
public record SettingNames(String path, Set<String> own) {
  /** Of a tenant that has none of its own. */
  public static final SettingNames OF_ALL = new SettingNames("", Set.of());

  public SettingNames {
    own = Set.copyOf(own);
  }

  /** Where a setting is, such as {@code maxSamples}. */
  public String of(String setting) {
    return "%s.%s of the MetricsCluster"
        .formatted(own.contains(setting) ? path : "spec.query", setting);
  }
}
