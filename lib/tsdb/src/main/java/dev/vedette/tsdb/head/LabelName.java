package dev.vedette.tsdb.head;

import dev.vedette.model.Utf8;
import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;

/** A label name of a tenant with its values. Written under the birth lock, read without. */
final class LabelName {
  final int id;
  final String name;
  final ConcurrentHashMap<String, LabelPair> values = new ConcurrentHashMap<>(4);
  private volatile int changes;
  private volatile Sorted sorted = new Sorted(-1, new String[0]);

  @SuppressWarnings("ArrayRecordComponent") // Read-only, and never compared.
  private record Sorted(int changes, String[] values) {}

  LabelName(int id, String name) {
    this.id = id;
    this.name = name;
  }

  void add(LabelPair pair) {
    values.put(pair.value, pair);
    countChange();
  }

  void remove(LabelPair pair) {
    values.remove(pair.value);
    countChange();
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // One writer, the holder of the birth lock.
  private void countChange() {
    changes++;
  }

  /** Values in UTF-8 order; sorted once and kept until another comes. Not to be changed. */
  String[] sortedValues() {
    int now = changes;
    Sorted known = sorted;
    if (known.changes == now) {
      return known.values;
    }
    String[] fresh = values.keySet().toArray(String[]::new);
    Arrays.sort(fresh, Utf8::compare);
    sorted = new Sorted(now, fresh);
    return fresh;
  }
}
