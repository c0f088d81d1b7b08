package dev.vedette.crds.settings;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.crds.MetricsCluster;
import dev.vedette.crds.load.Loaded;
import dev.vedette.crds.load.ResourceLoader;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ClusterSettingsTest {
  private final ResourceLoader loader = new ResourceLoader();

  @Test
  void nothingAskedForMeansTheDocumentedDefaults() {
    assertThat(ClusterSettings.defaults(loader))
        .isEqualTo(
            new ClusterSettings(
                new ClusterSettings.Storage(
                    Duration.ofDays(15),
                    Duration.ofMinutes(30),
                    OptionalLong.empty(),
                    Optional.empty(),
                    100_000,
                    new ClusterSettings.Tiers(
                        Duration.ofDays(90), Duration.ofDays(365), Duration.ofDays(1095)),
                    OptionalInt.empty()),
                new ClusterSettings.Limits(
                    2_000_000,
                    100_000,
                    10_000,
                    8_000,
                    Set.of("instance", "pod", "node", "container", "le"),
                    40,
                    256,
                    4096,
                    2000,
                    OptionalLong.empty(),
                    32 << 20),
                new ClusterSettings.Query(
                    Duration.ofMinutes(5),
                    500_000_000,
                    5_000_000,
                    50_000_000,
                    OptionalLong.empty(),
                    OptionalLong.empty(),
                    Duration.ofMinutes(2),
                    20,
                    OptionalInt.empty(),
                    OptionalLong.empty(),
                    OptionalLong.empty(),
                    Duration.ofSeconds(5),
                    false,
                    false,
                    Set.of()),
                new ClusterSettings.SelfMonitoring(true, Duration.ofSeconds(15)),
                new ClusterSettings.Tenancy(false, 1000, Map.of())));
  }

  @Test
  void whatIsAskedForReplacesTheDefault() {
    Loaded loaded =
        loader.loadText(
            "x.yaml",
            """
            apiVersion: vedette.dev/v1alpha1
            kind: MetricsCluster
            metadata: {name: main}
            spec:
              storage: {retention: 90d, lateWindow: 2h, retentionSize: 50GB, longestBlock: 1d, maxExemplars: 7, tiers: {oneMinute: 0s, oneHour: 10000d}, shards: 3}
              limits: {samplesPerSecond: 1000, exemptLabels: [], maxRequestBytes: 1MB}
              query: {lookback: 1m, memory: 2GB}
              selfMonitoring: {enabled: false}
              tenancy: {mode: Header, maxTenants: 3}
            """);

    assertThat(loaded.problems()).isEmpty();
    ClusterSettings settings = ClusterSettings.of(loaded.of(MetricsCluster.class).getFirst());
    assertThat(settings.storage())
        .isEqualTo(
            new ClusterSettings.Storage(
                Duration.ofDays(90),
                Duration.ofHours(2),
                OptionalLong.of(50L << 30),
                Optional.of(Duration.ofDays(1)),
                7,
                new ClusterSettings.Tiers(
                    Duration.ZERO, Duration.ofDays(365), Duration.ofDays(10_000)),
                OptionalInt.of(3)));
    assertThat(settings.limits().samplesPerSecond()).hasValue(1000);
    assertThat(settings.limits().exemptLabels()).isEmpty();
    assertThat(settings.limits().maxRequestBytes()).isEqualTo(1 << 20);
    assertThat(settings.limits().maxSeries()).isEqualTo(2_000_000);
    assertThat(settings.query().lookback()).isEqualTo(Duration.ofMinutes(1));
    assertThat(settings.query().memoryBytes()).hasValue(2L << 30);
    assertThat(settings.selfMonitoring().enabled()).isFalse();
    assertThat(settings.tenancy()).isEqualTo(new ClusterSettings.Tenancy(true, 3, Map.of()));
  }

  @Test
  void whatATenantMayHaveIsAPartOfTheWhole() {
    Loaded loaded =
        loader.loadText(
            "x.yaml",
            """
            apiVersion: vedette.dev/v1alpha1
            kind: MetricsCluster
            metadata: {name: main}
            spec:
              query: {memory: 1GiB, memoryPerTenant: 256MiB, maxConcurrent: 8, maxConcurrentPerTenant: 8, alignToStep: true}
            """);

    assertThat(loaded.problems()).isEmpty();
    ClusterSettings.Query query =
        ClusterSettings.of(loaded.of(MetricsCluster.class).getFirst()).query();
    assertThat(query.alignToStep()).isTrue();
    assertThat(query.maxConcurrentPerTenant()).hasValue(8);
    assertThat(query.memoryPerTenantBytes()).hasValue(256L << 20);
  }

  @Test
  void moreForATenantThanForAllIsAProblem() {
    Loaded loaded =
        loader.loadText(
            "x.yaml",
            """
            apiVersion: vedette.dev/v1alpha1
            kind: MetricsCluster
            metadata: {name: main}
            spec:
              query: {memory: 1GiB, memoryPerTenant: 2GiB, maxConcurrentPerTenant: 30}
            """);

    assertThat(loaded.problems())
        .extracting(Object::toString)
        .containsExactly(
            "x.yaml:5:25 spec.query.memoryPerTenant: found 2GB, more than memory with 1GB;"
                + " expected at most that; lower memoryPerTenant or raise memory",
            "x.yaml:5:48 spec.query.maxConcurrentPerTenant: found 30, more than maxConcurrent with"
                + " 20; expected at most that; lower maxConcurrentPerTenant or raise maxConcurrent");
  }

  @Test
  void aTenantsShareHasRoomForSomeQueries() {
    Loaded loaded =
        loader.loadText(
            "x.yaml",
            """
            apiVersion: vedette.dev/v1alpha1
            kind: MetricsCluster
            metadata: {name: main}
            spec:
              query: {memoryPerTenant: 1MiB}
            """);

    assertThat(loaded.problems())
        .singleElement()
        .asString()
        .contains("spec.query.memoryPerTenant: found 1MB; expected at least 16MB");
  }
}
