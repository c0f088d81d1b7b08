package dev.vedette.crds.load;

import java.util.List;
import java.util.Set;

/**
 * What one file holds.
 *
 * @param refused objects that are named there and are not valid
 * @param unnamed whether something there could not even be told to be which object
 */
record FileContent(
    List<Loaded.Source> objects, Set<ObjectKey> refused, boolean unnamed, List<Problem> problems) {
  FileContent {
    objects = List.copyOf(objects);
    refused = Set.copyOf(refused);
    problems = List.copyOf(problems);
  }
}
