package dev.vedette.crds.load;

import io.fabric8.kubernetes.client.CustomResource;

/** What tells one object from all others. */
record ObjectKey(String kind, String namespace, String name) implements Comparable<ObjectKey> {
  static ObjectKey of(CustomResource<?, ?> object) {
    return new ObjectKey(
        object.getKind(), object.getMetadata().getNamespace(), object.getMetadata().getName());
  }

  @Override
  public int compareTo(ObjectKey other) {
    int byKind = kind.compareTo(other.kind);
    int byNamespace = byKind != 0 ? byKind : namespace.compareTo(other.namespace);
    return byNamespace != 0 ? byNamespace : name.compareTo(other.name);
  }

  @Override
  public String toString() {
    return "%s %s/%s".formatted(kind, namespace, name);
  }
}
