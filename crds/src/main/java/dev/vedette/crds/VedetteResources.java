package dev.vedette.crds;

import io.fabric8.kubernetes.client.CustomResource;
import java.util.List;

/** What all kinds have in common. */
public final class VedetteResources {
  public static final String GROUP = "vedette.dev";
  public static final String VERSION = "v1alpha1";

  /** As an object states it. */
  public static final String API_VERSION = GROUP + "/" + VERSION;

  /** Every kind there is. */
  public static final List<Class<? extends CustomResource<?, ?>>> KINDS =
      List.of(MetricsCluster.class, ScrapeTarget.class);

  private VedetteResources() {}

  /** {@code namespace/name}, as logs, metrics and scrape pools name an object. */
  public static String key(CustomResource<?, ?> object) {
    return object.getMetadata().getNamespace() + "/" + object.getMetadata().getName();
  }
}
