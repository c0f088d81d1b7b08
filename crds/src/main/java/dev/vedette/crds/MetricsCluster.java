package dev.vedette.crds;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.generator.annotation.Default;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;
import org.jspecify.annotations.Nullable;

/** One installation: how it keeps, limits and answers. The only configuration there is. */
@Group(VedetteResources.GROUP)
@Version(VedetteResources.VERSION)
@ShortNames("mc")
@AdditionalPrinterColumn(name = "Profile", jsonPath = ".spec.profile")
@AdditionalPrinterColumn(name = "Retention", jsonPath = ".spec.storage.retention")
@AdditionalPrinterColumn(
    name = "Age",
    jsonPath = ".metadata.creationTimestamp",
    type = AdditionalPrinterColumn.Type.DATE)
public class MetricsCluster extends CustomResource<MetricsClusterSpec, Void> implements Namespaced {
  private static final long serialVersionUID = 1L;

  @JsonPropertyDescription(
      "One installation: what it keeps, what it refuses, how it answers. There is no other configuration.")
  @Default("{}")
  @Override
  public MetricsClusterSpec getSpec() {
    return super.getSpec();
  }

  @JsonIgnore
  @Override
  public @Nullable Void getStatus() {
    return super.getStatus();
  }

  @Override
  protected @Nullable MetricsClusterSpec initSpec() {
    return null;
  }

  @Override
  protected @Nullable Void initStatus() {
    return null;
  }
}
