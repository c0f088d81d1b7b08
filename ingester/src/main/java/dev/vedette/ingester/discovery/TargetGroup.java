package dev.vedette.ingester.discovery;

import dev.vedette.model.Labels;
import java.util.List;

/**
 * Targets found in one place.
 *
 * @param source the file or DNS name, for messages
 * @param targets labels of each target, {@code __address__} among them
 * @param labels labels all of them carry, unless a target has a value of its own
 */
public record TargetGroup(String source, List<Labels> targets, Labels labels) {
  public TargetGroup {
    targets = List.copyOf(targets);
  }

  /** A target's own labels over those of the group. */
  public Labels labelsOf(Labels target) {
    Labels.Builder merged = labels.toBuilder();
    target.forEach(label -> merged.set(label.name(), label.value()));
    return merged.build();
  }
}
