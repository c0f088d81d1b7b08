package dev.vedette.crds;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.crds.load.Loaded;
import dev.vedette.crds.load.ResourceLoader;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExamplesTest {
  @Test
  void everyExampleIsValid() {
    Path examples = Path.of(System.getProperty("vedette.root")).resolve("examples");

    Loaded loaded = new ResourceLoader().load(List.of(examples));

    assertThat(loaded.problems()).isEmpty();
    assertThat(loaded.of(MetricsCluster.class)).hasSize(1);
    assertThat(loaded.of(ScrapeTarget.class)).isNotEmpty();
  }
}
