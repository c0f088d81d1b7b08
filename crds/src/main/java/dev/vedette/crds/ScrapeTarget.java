package dev.vedette.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.generator.annotation.Required;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;
import org.jspecify.annotations.Nullable;

/** Endpoints to pull metrics from: how they are found, how they are asked, what is kept. */
@Group(VedetteResources.GROUP)
@Version(VedetteResources.VERSION)
@ShortNames("st")
@AdditionalPrinterColumn(
    name = "Up",
    jsonPath = ".status.targetsUp",
    type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(
    name = "Down",
    jsonPath = ".status.targetsDown",
    type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(name = "Interval", jsonPath = ".spec.interval")
@AdditionalPrinterColumn(
    name = "Age",
    jsonPath = ".metadata.creationTimestamp",
    type = AdditionalPrinterColumn.Type.DATE)
public class ScrapeTarget extends CustomResource<ScrapeTargetSpec, ScrapeTargetStatus>
    implements Namespaced {
  private static final long serialVersionUID = 1L;

  @JsonPropertyDescription(
      "Pages of metrics to pull: how they are found, how they are asked for, what is kept of them.")
  @Required
  @Override
  public ScrapeTargetSpec getSpec() {
    return super.getSpec();
  }

  @Override
  protected @Nullable ScrapeTargetSpec initSpec() {
    return null;
  }

  @Override
  protected @Nullable ScrapeTargetStatus initStatus() {
    return null;
  }
}
