package dev.vedette.app;

import dev.vedette.crds.MetricsCluster;
import dev.vedette.crds.load.Loaded;
import dev.vedette.crds.load.Problem;
import dev.vedette.crds.load.ResourceLoader;
import dev.vedette.crds.settings.ClusterSettings;
import dev.vedette.model.ErrorId;
import dev.vedette.model.InvalidRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The folder given with {@code --resources}, or the quick start's, as the process starts by it. */
record ResourceFolder(Path path, ResourceLoader loader, ClusterSettings settings) {
  // Set by the script and the image: where the examples of this installation are.
  private static final String EXAMPLES = "vedette.examples";

  /**
   * Reads a folder.
   *
   * @throws InvalidRequest with every problem of every file where there is any
   */
  static ResourceFolder open(@Nullable Path given, ResourceLoader loader) {
    Path path = given == null ? quickstart() : given;
    if (!Files.isDirectory(path)) {
      throw new InvalidRequest(
          ErrorId.INVALID_RESOURCE,
          "resource folder %s is not there".formatted(path.toAbsolutePath()),
          "give a folder of MetricsCluster and ScrapeTarget files with --resources");
    }
    Loaded loaded = loader.load(List.of(path));
    if (!loaded.problems().isEmpty()) {
      String lines =
          loaded.problems().stream().map(Problem::toString).collect(Collectors.joining("\n  "));
      throw new InvalidRequest(
          ErrorId.INVALID_RESOURCE,
          "%d problems in the resources of %s:%n  %s%n"
              .formatted(loaded.problems().size(), path, lines),
          "correct them; vedette check %s repeats this list".formatted(path));
    }
    return new ResourceFolder(path, loader, settings(loader, loaded.of(MetricsCluster.class)));
  }

  /** The folder of the quick start. */
  static Path quickstart() {
    return Path.of(System.getProperty(EXAMPLES, "examples"), "quickstart");
  }

  /** One process is one installation: the settings of the one MetricsCluster, or the defaults. */
  static ClusterSettings settings(ResourceLoader loader, List<MetricsCluster> clusters) {
    if (clusters.size() > 1) {
      throw new InvalidRequest(
          ErrorId.INVALID_RESOURCE,
          "there are %d MetricsClusters (%s), one process is one"
              .formatted(
                  clusters.size(),
                  clusters.stream()
                      .map(cluster -> cluster.getMetadata().getName())
                      .collect(Collectors.joining(", "))),
          "keep one of them in the resource folder");
    }
    return clusters.isEmpty()
        ? ClusterSettings.defaults(loader)
        : ClusterSettings.of(clusters.getFirst());
  }
}
