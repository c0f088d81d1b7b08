package dev.vedette.runtime.http;

import dev.vedette.model.TenantId;

/**
 * Whose data a request carries or asks for: one for what comes in and what is asked, so that they
 * meet.
 */
@FunctionalInterface
public interface TenantResolver {
  /** The tenant of a request by its {@code Authorization} header, empty where there is none. */
  TenantId resolve(String authorization);

  /** One tenant, whatever is sent. */
  static TenantResolver single() {
    return _ -> TenantId.DEFAULT;
  }
}
