package dev.vedette.tsdb.head;

import dev.vedette.model.Labels;
import dev.vedette.model.SeriesOrder;
import dev.vedette.model.Utf8;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * {@link SeriesOrder} on numbers: every label pair gets its rank among all pairs by name and value,
 * every metric that of its family, so that two series are compared without their strings. Made for
 * one sort, of many series; one thread.
 */
final class SeriesRanks {
  private static final byte OTHER = 0;
  private static final byte NAME = 1;
  private static final byte INSTANCE = 2;
  private static final byte JOB = 3;
  private static final byte BOUND = 4;
  private static final byte QUANTILE = 5;

  private final SeriesRecords records;
  private final LabelStore store;
  // By pair id.
  private final int[] rank;
  private final byte[] kind;
  // By pair id of a metric name.
  private final int[] familyRank;
  // By pair id of an "le".
  private final double[] bound;

  SeriesRanks(Map<String, LabelName> names, SeriesRecords records, LabelStore store) {
    this.records = records;
    this.store = store;
    int ids = store.pairIds();
    rank = new int[ids];
    kind = new byte[ids];
    familyRank = new int[ids];
    bound = new double[ids];
    TreeMap<String, LabelName> sorted = new TreeMap<>(Utf8::compare);
    sorted.putAll(names);
    int next = 0;
    for (LabelName name : sorted.values()) {
      byte ownKind = kind(name.name);
      for (String value : name.sortedValues()) {
        LabelPair pair = name.values.get(value);
        if (pair != null && pair.id < ids) {
          rank[pair.id] = next++;
          kind[pair.id] = ownKind;
          if (ownKind == BOUND) {
            bound[pair.id] = SeriesOrder.bound(value);
          }
        }
      }
    }
    rankFamilies(names);
  }

  private static byte kind(String name) {
    return switch (name) {
      case Labels.METRIC_NAME -> NAME;
      case "instance" -> INSTANCE;
      case "job" -> JOB;
      case "le" -> BOUND;
      case "quantile" -> QUANTILE;
      default -> OTHER;
    };
  }

  private void rankFamilies(Map<String, LabelName> names) {
    LabelName metrics = names.get(Labels.METRIC_NAME);
    if (metrics == null) {
      return;
    }
    TreeMap<String, Integer> families = new TreeMap<>(Utf8::compare);
    metrics.values.keySet().forEach(metric -> families.put(SeriesOrder.family(metric), 0));
    int next = 0;
    for (Map.Entry<String, Integer> family : families.entrySet()) {
      family.setValue(next++);
    }
    for (LabelPair pair : metrics.values.values()) {
      Integer own = families.get(SeriesOrder.family(pair.value));
      if (own != null && pair.id < familyRank.length) {
        familyRank[pair.id] = own;
      }
    }
  }

  /** Sorts refs in place. */
  void sort(int[] refs) {
    // What family and instance decide, and that is most of it, is decided without a look at labels.
    long[] keys = new long[refs.length];
    for (int i = 0; i < refs.length; i++) {
      keys[i] = key(labels(refs[i]));
    }
    int[] order = new int[refs.length];
    Arrays.setAll(order, i -> i);
    new MergeSort(keys, refs).sort(order);
    int[] sorted = new int[refs.length];
    for (int i = 0; i < order.length; i++) {
      sorted[i] = refs[order[i]];
    }
    System.arraycopy(sorted, 0, refs, 0, refs.length);
  }

  private final class MergeSort {
    private static final int SMALL = 8;
    private final long[] keys;
    private final int[] refs;

    MergeSort(long[] keys, int[] refs) {
      this.keys = keys;
      this.refs = refs;
    }

    void sort(int[] order) {
      sort(order, new int[order.length], 0, order.length);
    }

    private void sort(int[] order, int[] spare, int from, int to) {
      if (to - from <= SMALL) {
        insert(order, from, to);
        return;
      }
      int middle = (from + to) >>> 1;
      sort(order, spare, from, middle);
      sort(order, spare, middle, to);
      if (compare(order[middle - 1], order[middle]) <= 0) {
        return;
      }
      System.arraycopy(order, from, spare, from, middle - from);
      int left = from;
      int right = middle;
      for (int out = from; left < middle; out++) {
        boolean takesRight = right < to && compare(order[right], spare[left]) < 0;
        order[out] = takesRight ? order[right++] : spare[left++];
      }
    }

    private void insert(int[] order, int from, int to) {
      for (int i = from + 1; i < to; i++) {
        int moved = order[i];
        int at = i;
        while (at > from && compare(order[at - 1], moved) > 0) {
          order[at] = order[at - 1];
          at--;
        }
        order[at] = moved;
      }
    }

    private int compare(int a, int b) {
      int byKey = Long.compare(keys[a], keys[b]);
      return byKey != 0 ? byKey : compareLabels(labels(refs[a]), labels(refs[b]));
    }
  }

  private int labels(int ref) {
    return SeriesRecords.low(records.segment(ref)[SeriesRecords.at(ref) + SeriesRecords.VERSION]);
  }

  private long key(int labels) {
    int family = 0;
    int instance = -1;
    for (int i = 0; i < store.count(labels); i++) {
      int id = store.pairId(labels, i);
      if (kind[id] == NAME) {
        family = familyRank[id];
      } else if (kind[id] == INSTANCE) {
        instance = rank[id];
      }
    }
    return (long) family << 32 | instance + 1;
  }

  /** The rest of the order, for series of one family and instance. */
  private int compareLabels(int a, int b) {
    int order = Integer.compare(rankOf(a, JOB), rankOf(b, JOB));
    if (order == 0) {
      order = compareOthers(a, b);
    }
    if (order == 0) {
      order = Integer.compare(rankOf(a, NAME), rankOf(b, NAME));
    }
    if (order == 0) {
      order = Double.compare(boundOf(a), boundOf(b));
    }
    return order == 0 ? compareAll(a, b) : order;
  }

  private int rankOf(int labels, byte wanted) {
    for (int i = 0; i < store.count(labels); i++) {
      int id = store.pairId(labels, i);
      if (kind[id] == wanted) {
        return rank[id];
      }
    }
    return -1;
  }

  private double boundOf(int labels) {
    for (int i = 0; i < store.count(labels); i++) {
      int id = store.pairId(labels, i);
      if (kind[id] == BOUND) {
        return bound[id];
      }
    }
    return Double.NEGATIVE_INFINITY;
  }

  private int compareOthers(int a, int b) {
    int i = nextOther(a, 0);
    int j = nextOther(b, 0);
    while (i < store.count(a) && j < store.count(b)) {
      int order = Integer.compare(rank[store.pairId(a, i)], rank[store.pairId(b, j)]);
      if (order != 0) {
        return order;
      }
      i = nextOther(a, i + 1);
      j = nextOther(b, j + 1);
    }
    return Boolean.compare(i < store.count(a), j < store.count(b));
  }

  private int nextOther(int labels, int from) {
    int i = from;
    while (i < store.count(labels) && kind[store.pairId(labels, i)] != OTHER) {
      i++;
    }
    return i;
  }

  private int compareAll(int a, int b) {
    int shared = Math.min(store.count(a), store.count(b));
    for (int i = 0; i < shared; i++) {
      int order = Integer.compare(rank[store.pairId(a, i)], rank[store.pairId(b, i)]);
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(store.count(a), store.count(b));
  }
}
