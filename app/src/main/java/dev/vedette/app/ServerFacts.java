package dev.vedette.app;

import dev.vedette.crds.MetricsCluster;
import dev.vedette.crds.load.DirectoryResources;
import dev.vedette.crds.settings.ClusterSettings;
import dev.vedette.crds.value.DurationText;
import dev.vedette.crds.value.SizeText;
import dev.vedette.querier.ServerInfo;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What the status endpoints say of this process. */
final class ServerFacts {
  private ServerFacts() {}

  static ServerInfo of(
      Vedette.Options options,
      ResourceFolder folder,
      DirectoryResources resources,
      Instant started) {
    return new ServerInfo(
        Version.number(),
        "",
        "",
        started,
        retention(folder.settings().storage()),
        options.adminApi(),
        options.lifecycle(),
        Map.of(
            "listen", options.listen().toString(),
            "data", options.data().toString(),
            "resources", folder.path().toString(),
            "roles", options.roles().stream().map(Role::id).collect(Collectors.joining(","))),
        () -> configuration(resources));
  }

  /** As Prometheus puts it: {@code 15d or 50GiB}. */
  private static String retention(ClusterSettings.Storage storage) {
    String time = new DurationText(storage.retention()).toString();
    return storage.retentionBytes().isEmpty()
        ? time
        : "%s or %s".formatted(time, binary(new SizeText(storage.retentionBytes().getAsLong())));
  }

  private static String binary(SizeText size) {
    return size.toString().replaceFirst("([KMGT])B$", "$1iB");
  }

  /** The MetricsCluster in force with all defaults; it has no field that could hold a secret. */
  private static String configuration(DirectoryResources resources) {
    List<MetricsCluster> clusters = resources.current().of(MetricsCluster.class);
    return clusters.isEmpty()
        ? "# no MetricsCluster: every setting has its default\n"
        : Serialization.asYaml(clusters.getFirst());
  }
}
