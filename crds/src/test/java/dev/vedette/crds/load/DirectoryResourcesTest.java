package dev.vedette.crds.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.crds.MetricsCluster;
import dev.vedette.crds.ScrapeTarget;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryResourcesTest {
  private static final ResourceLoader LOADER = new ResourceLoader();

  @TempDir private Path folder;
  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final List<List<String>> seen = new ArrayList<>();
  private DirectoryResources resources;

  @BeforeEach
  void open() {
    resources = DirectoryResources.unwatched(folder, LOADER, Clock.systemUTC(), registry);
    resources.watch(ScrapeTarget.class, targets -> seen.add(describe(targets)));
  }

  @AfterEach
  void close() {
    resources.close();
  }

  private static List<String> describe(List<ScrapeTarget> targets) {
    return targets.stream()
        .map(
            target ->
                target.getMetadata().getName()
                    + "="
                    + target.getSpec().fixed().targets().getFirst())
        .toList();
  }

  private static String target(String name, String address) {
    return """
    apiVersion: vedette.dev/v1alpha1
    kind: ScrapeTarget
    metadata: {name: %s}
    spec: {static: {targets: ["%s"]}}
    ---
    """
        .formatted(name, address);
  }

  private void write(String file, String... objects) throws IOException {
    Path path = folder.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, String.join("", objects));
  }

  @Test
  void aListenerHearsOfAllObjectsAtOnceAndAfterEachChange() throws IOException {
    write("sub/b.yaml", target("b", "b:1"));
    write("a.yaml", target("c", "c:1"), target("a", "a:1"));
    resources.scan();
    write("sub/b.yaml", target("b", "b:2"));
    resources.scan();
    Files.delete(folder.resolve("a.yaml"));
    resources.scan();

    assertThat(seen)
        .containsExactly(
            List.of(),
            List.of("a=a:1", "b=b:1", "c=c:1"),
            List.of("a=a:1", "b=b:2", "c=c:1"),
            List.of("b=b:2"));
  }

  @Test
  void whatMeansTheSameIsNotAChange() throws IOException {
    write("a.yaml", target("a", "a:1"));
    resources.scan();
    write("a.yaml", "# a comment\n", target("a", "a:1"));
    resources.scan();

    assertThat(seen).containsExactly(List.of(), List.of("a=a:1"));
  }

  @Test
  void anInvalidObjectStaysAsItWasWhileTheOthersOfItsFileGoOn() throws IOException {
    write("x.yaml", target("a", "a:1"), target("b", "b:1"), target("c", "c:1"));
    resources.scan();
    write("x.yaml", target("a", "not an address"), target("b", "b:2"));
    resources.scan();

    assertThat(seen.getLast()).containsExactly("a=a:1", "b=b:2");
    assertThat(resources.current().problems()).hasSize(1);
    assertThat(invalidFiles()).isEqualTo(1);
  }

  @Test
  void aFileThatIsNoYamlAnyMoreKeepsAllItsObjects() throws IOException {
    write("x.yaml", target("a", "a:1"), target("b", "b:1"));
    resources.scan();
    write("x.yaml", target("a", "a:2"), "{{{");
    resources.scan();
    assertThat(seen.getLast()).containsExactly("a=a:2", "b=b:1");

    write("x.yaml", target("a", "a:3"));
    resources.scan();
    assertThat(seen.getLast()).containsExactly("a=a:3");
    assertThat(resources.current().problems()).isEmpty();
    assertThat(invalidFiles()).isZero();
  }

  @Test
  void aFolderThatIsGoneKeepsItsObjects() throws IOException {
    write("x.yaml", target("a", "a:1"));
    resources.scan();
    Files.delete(folder.resolve("x.yaml"));
    Files.delete(folder);
    resources.scan();

    assertThat(seen.getLast()).containsExactly("a=a:1");
    assertThat(resources.current().problems())
        .extracting(Problem::what)
        .containsExactly("there is no such file or folder");
    Files.createDirectories(folder);
  }

  @Test
  void aListenerThatFailsDoesNotStopTheOthers() throws IOException {
    resources.watch(
        ScrapeTarget.class,
        targets -> {
          throw new IllegalStateException("listener of this test");
        });
    List<Integer> counts = new ArrayList<>();
    resources.watch(ScrapeTarget.class, targets -> counts.add(targets.size()));
    resources.watch(MetricsCluster.class, clusters -> counts.add(-1));

    write("x.yaml", target("a", "a:1"));
    resources.scan();

    assertThat(counts).containsExactly(0, -1, 1);
  }

  @Test
  void changesAreNoticedWithoutBeingAskedFor() throws Exception {
    LinkedBlockingQueue<List<String>> heard = new LinkedBlockingQueue<>();
    try (DirectoryResources watching =
        DirectoryResources.open(folder, LOADER, Clock.systemUTC(), new PrometheusRegistry())) {
      watching.watch(ScrapeTarget.class, targets -> heard.add(describe(targets)));
      assertThat(heard.take()).isEmpty();

      write("deep/er/x.yaml", target("a", "a:1"));

      assertThat(heard.poll(20, TimeUnit.SECONDS)).containsExactly("a=a:1");
    }
  }

  private double invalidFiles() {
    return registry.scrape(name -> name.equals("vedette_resources_invalid_files")).stream()
        .map(GaugeSnapshot.class::cast)
        .mapToDouble(gauge -> gauge.getDataPoints().getFirst().getValue())
        .sum();
  }
}
