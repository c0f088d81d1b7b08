package dev.vedette.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.crds.MetricsCluster;
import dev.vedette.crds.load.ResourceLoader;
import dev.vedette.crds.settings.ClusterSettings;
import dev.vedette.model.Coverage;
import dev.vedette.tsdb.tier.TierConfig;
import java.nio.file.Path;
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
    ResourceLoader loader = new ResourceLoader();
    String aligned =
        """
        apiVersion: vedette.dev/v1alpha1
        kind: MetricsCluster
        metadata: {name: main}
        spec: {query: {alignToStep: true}}
        """;
    ClusterSettings asked =
        ClusterSettings.of(
            loader.loadText("aligned.yaml", aligned).of(MetricsCluster.class).getFirst());

    assertThat(Settings.querier(asked, Set.of()).alignToStep()).isTrue();
    assertThat(Settings.querier(ClusterSettings.defaults(loader), Set.of()).alignToStep())
        .isFalse();
  }
}
