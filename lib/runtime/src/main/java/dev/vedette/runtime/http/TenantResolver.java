package dev.vedette.runtime.http;

import dev.vedette.model.ErrorId;
import dev.vedette.model.InvalidRequest;
import dev.vedette.model.TenantId;
import java.util.List;

/**
 * Whose data a request carries or asks for: one for what comes in and what is asked, so that they
 * meet.
 */
@FunctionalInterface
public interface TenantResolver {
  /** Where a request names its tenant, as for Mimir, Loki and Tempo. */
  String HEADER = "X-Scope-OrgID";

  /**
   * The tenant of a request by the values of its header {@value #HEADER}, mostly one.
   *
   * @throws InvalidRequest where the request has to name one and does not, or names several
   */
  TenantId resolve(List<String> named);

  /** One tenant, whatever is sent. */
  static TenantResolver single() {
    return _ -> TenantId.DEFAULT;
  }

  /**
   * The tenant that the header names: 1 to 150 letters, digits and {@code !-_.*'()}, which is what
   * Mimir takes.
   */
  static TenantResolver named() {
    return named -> {
      if (named.size() > 1) {
        // A proxy that tells who asks may have put its own behind what the client sent.
        throw invalid("is there %d times".formatted(named.size()));
      }
      return checked(named.isEmpty() ? "" : named.getFirst());
    };
  }

  private static TenantId checked(String named) {
    if (named.isEmpty()) {
      throw new InvalidRequest(
          ErrorId.TENANT_MISSING,
          "no org id",
          "name the tenant in the header %s (spec.tenancy.mode is Header)".formatted(HEADER));
    }
    if (named.length() > 150) {
      throw invalid("has %d characters, expected at most 150".formatted(named.length()));
    }
    for (int i = 0; i < named.length(); i++) {
      char c = named.charAt(i);
      boolean plain = c < 128 && (Character.isLetterOrDigit(c) || "!-_.*'()".indexOf(c) >= 0);
      if (!plain) {
        throw invalid("contains unsupported character '%c'".formatted(c));
      }
    }
    if (named.equals(".") || named.equals("..")) {
      throw invalid("is \"%s\", which names a folder".formatted(named));
    }
    return new TenantId(named);
  }

  private static InvalidRequest invalid(String what) {
    return new InvalidRequest(
        ErrorId.INVALID_REQUEST,
        "the tenant ID in the header %s %s".formatted(HEADER, what),
        "use one tenant a request, of letters, digits and !-_.*'()");
  }
}
