package dev.vedette.crds.load;

import java.util.ArrayList;
import java.util.List;

/** Collects the problems of one file. Confined to the thread that reads it. */
final class Problems {
  /** A broken file is said to be so once; nobody reads past this many. */
  private static final int MAX = 1000;

  private final String file;
  private final List<Problem> found = new ArrayList<>();

  Problems(String file) {
    this.file = file;
  }

  void add(Position at, String path, String what, String expected, String wayOut) {
    if (found.size() < MAX) {
      found.add(new Problem(file, at, path, what, expected, wayOut));
    }
  }

  int size() {
    return found.size();
  }

  /** All of them, in the order of the file. */
  List<Problem> list() {
    return found.stream().sorted((a, b) -> a.at().compareTo(b.at())).toList();
  }
}
