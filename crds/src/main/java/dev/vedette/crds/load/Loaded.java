package dev.vedette.crds.load;

import io.fabric8.kubernetes.client.CustomResource;
import java.util.List;

/**
 * What was in some files: all objects that are valid, in the order read, and everything that is
 * wrong with the rest.
 */
public record Loaded(List<Source> objects, List<Problem> problems) {
  public Loaded {
    objects = List.copyOf(objects);
    problems = List.copyOf(problems);
  }

  /** A valid object, defaults filled in, and where it was written. */
  public record Source(CustomResource<?, ?> object, String file, Position at) {
    ObjectKey key() {
      return ObjectKey.of(object);
    }
  }

  /** The objects of one kind. */
  public <T extends CustomResource<?, ?>> List<T> of(Class<T> kind) {
    return objects.stream().map(Source::object).filter(kind::isInstance).map(kind::cast).toList();
  }
}
