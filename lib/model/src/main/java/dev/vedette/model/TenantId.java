package dev.vedette.model;

/** Whose data it is; passed explicitly with every write and every read. */
public record TenantId(String value) implements Comparable<TenantId> {
  /** The one tenant of an installation that tells none apart, and that of all that is scraped. */
  public static final TenantId DEFAULT = new TenantId("default");

  public TenantId {
    if (value.isEmpty() || value.length() > 150) {
      throw new IllegalArgumentException(
          "tenant id has %d characters, expected 1 to 150".formatted(value.length()));
    }
  }

  @Override
  public int compareTo(TenantId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
