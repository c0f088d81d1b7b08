package dev.vedette.crds.load;

import io.fabric8.kubernetes.client.CustomResource;
import java.util.Comparator;

/** What tells one object from all others. */
record ObjectKey(String kind, String namespace, String name) implements Comparable<ObjectKey> {
  private static final Comparator<ObjectKey> ORDER =
      Comparator.comparing(ObjectKey::kind)
          .thenComparing(ObjectKey::namespace)
          .thenComparing(ObjectKey::name);

  static ObjectKey of(CustomResource<?, ?> object) {
    return new ObjectKey(
        object.getKind(), object.getMetadata().getNamespace(), object.getMetadata().getName());
  }

  @Override
  public int compareTo(ObjectKey other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return "%s %s/%s".formatted(kind, namespace, name);
  }
}
