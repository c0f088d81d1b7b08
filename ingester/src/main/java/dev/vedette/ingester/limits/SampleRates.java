package dev.vedette.ingester.limits;

import dev.vedette.model.TenantId;
import java.util.Map;
import java.util.Optional;

/**
 * Which tenant may send how fast.
 *
 * @param standard for tenants not named; empty means no limit
 * @param tenants by tenant
 */
public record SampleRates(Optional<SampleRate> standard, Map<TenantId, SampleRate> tenants) {
  /** No tenant is limited. */
  public static final SampleRates UNLIMITED = new SampleRates(Optional.empty(), Map.of());

  public SampleRates {
    tenants = Map.copyOf(tenants);
  }

  Optional<SampleRate> of(TenantId tenant) {
    return Optional.ofNullable(tenants.get(tenant)).or(() -> standard);
  }
}
