package dev.vedette.ingester.discovery;

import dev.vedette.model.Labels;
import java.time.Duration;
import java.util.List;

/** Targets given by address. */
public final class StaticDiscovery implements Discovery {
  private final List<TargetGroup> groups;

  public StaticDiscovery(List<String> addresses) {
    List<Labels> targets = addresses.stream().map(a -> Labels.of(ADDRESS, a)).toList();
    this.groups = List.of(new TargetGroup("static", targets, Labels.EMPTY));
  }

  @Override
  public List<TargetGroup> look() {
    return groups;
  }

  @Override
  public Duration interval() {
    return Duration.ZERO;
  }
}
