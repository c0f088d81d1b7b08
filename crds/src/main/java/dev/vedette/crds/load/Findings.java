package dev.vedette.crds.load;

import dev.vedette.crds.value.DurationText;
import java.time.Duration;

/** Where checks of a whole object note what is wrong with it. Confined to one thread. */
final class Findings {
  private final Tree tree;
  private final Problems problems;

  Findings(Tree tree, Problems problems) {
    this.tree = tree;
    this.problems = problems;
  }

  void add(FieldPath path, String what, String expected, String wayOut) {
    problems.add(path.locate(tree), path.toString(), what, expected, wayOut);
  }

  void add(FieldPath path, String what, String expected) {
    add(path, what, expected, "");
  }

  void atLeast(FieldPath path, DurationText found, String least) {
    Duration bound = DurationText.parse(least).value();
    if (found.value().compareTo(bound) < 0) {
      add(path, "found " + found, "a duration of at least " + least);
    }
  }
}
