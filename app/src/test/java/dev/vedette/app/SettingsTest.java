package dev.vedette.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.crds.load.ResourceLoader;
import dev.vedette.crds.settings.ClusterSettings;
import dev.vedette.model.Coverage;
import dev.vedette.tsdb.tier.TierConfig;
import java.nio.file.Path;
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
}
