package dev.vedette.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.crds.MetricsCluster;
import dev.vedette.crds.load.ResourceLoader;
import dev.vedette.crds.settings.ClusterSettings;
import dev.vedette.model.Coverage;
import dev.vedette.model.TenantId;
import dev.vedette.promql.QueryLimits;
import dev.vedette.promql.SettingNames;
import dev.vedette.querier.QuerierConfig;
import dev.vedette.querier.QuerierConfig.Budget;
import dev.vedette.querier.QuerierConfig.OfTenant;
import dev.vedette.tsdb.tier.TierConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What components are told of a MetricsCluster's settings. */
class SettingsTest {
  @Test
  void tiersAreThoseThatMayBeAskedFor() {
    ClusterSettings settings = ClusterSettings.defaults(new ResourceLoader());

    assertThat(Settings.tsdb(settings, Path.of("data")).tiers())
        .extracting(TierConfig::resolutionMillis)
        .isEqualTo(Coverage.RESOLUTIONS);
  }

  @Test
  void rangesAreAlignedWhereThatIsAskedFor() {
    ClusterSettings asked =
        asked(
            """
            apiVersion: vedette.dev/v1alpha1
            kind: MetricsCluster
            metadata: {name: main}
            spec: {query: {alignToStep: true}}
            """);

    assertThat(Settings.querier(asked, Set.of()).alignToStep()).isTrue();
    ClusterSettings defaults = ClusterSettings.defaults(new ResourceLoader());
    assertThat(Settings.querier(defaults, Set.of()).alignToStep()).isFalse();
  }

  @Test
  void aTenantMayTakeWhatIsItsOwnAndTheRestAsAnyOther() {
    QuerierConfig config =
        Settings.querier(
            asked(
                """
                apiVersion: vedette.dev/v1alpha1
                kind: MetricsCluster
                metadata: {name: main}
                spec:
                  query: {maxSeries: 70, maxConcurrentPerTenant: 5, memoryPerQuery: 90MB}
                  tenancy:
                    mode: Header
                    overrides:
                      - tenant: team-a
                        query: {maxSamples: 60, timeout: 7s, memoryPerTenant: 200MB}
                      - tenant: team-b
                        query: {maxSeries: 8, maxPoints: 9, memoryPerQuery: 30MB, maxConcurrentPerTenant: 3}
                """),
            Set.of());

    String path = "spec.tenancy.overrides[tenant=team-a].query";
    assertThat(config.budgets())
        .containsOnlyKeys(new TenantId("team-a"), new TenantId("team-b"))
        .containsEntry(
            new TenantId("team-a"),
            new Budget(
                Duration.ofSeconds(7),
                new QueryLimits(
                    60,
                    70,
                    50_000_000,
                    new SettingNames(path, Set.of("maxSamples", "timeout", "memoryPerTenant"))),
                new OfTenant(5, 200 << 20, 90 << 20)));
    QuerierConfig ofB = config.of(new TenantId("team-b"));
    assertThat(ofB.timeout()).isEqualTo(Duration.ofMinutes(2));
    assertThat(ofB.limits().maxSamples()).isEqualTo(500_000_000);
    assertThat(ofB.limits().maxSeries()).isEqualTo(8);
    assertThat(ofB.limits().maxPoints()).isEqualTo(9);
    assertThat(ofB.limits().names().of("maxPoints"))
        .isEqualTo("spec.tenancy.overrides[tenant=team-b].query.maxPoints of the MetricsCluster");
    assertThat(ofB.ofTenant()).isEqualTo(new OfTenant(3, Long.MAX_VALUE, 30 << 20));
    assertThat(config.of(TenantId.DEFAULT)).isEqualTo(config);
    assertThat(config.limits().names().of("maxPoints"))
        .isEqualTo("spec.query.maxPoints of the MetricsCluster");
  }

  private static ClusterSettings asked(String resource) {
    return ClusterSettings.of(
        new ResourceLoader().loadText("asked.yaml", resource).of(MetricsCluster.class).getFirst());
  }
}
