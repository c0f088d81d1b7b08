package dev.vedette.tsdb.head;

import dev.vedette.model.Utf8;
import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;

/** A label name of a tenant with its values. Written under the birth lock, read without. */
final class LabelName {
  final int id;
  final String name;
  final ConcurrentHashMap<String, LabelPair> values = new ConcurrentHashMap<>(4);
  private volatile String[] sorted = new String[0];
  private volatile int changes;
  private volatile int sortedAt = -1;

  LabelName(int id, String name) {
    this.id = id;
    this.name = name;
  }

  void add(LabelPair pair) {
    values.put(pair.value, pair);
    changes = changes + 1;
  }

  void remove(LabelPair pair) {
    values.remove(pair.value);
    changes = changes + 1;
  }

  /** Values in UTF-8 order; sorted once and kept until another comes. Not to be changed. */
  String[] sortedValues() {
    int now = changes;
    if (sortedAt == now) {
      return sorted;
    }
    String[] fresh = values.keySet().toArray(String[]::new);
    Arrays.sort(fresh, Utf8::compare);
    // Two readers may sort at once; the version is written last, so neither keeps older values
    // under a newer version for longer than until the next change.
    sorted = fresh;
    sortedAt = now;
    return fresh;
  }
}
