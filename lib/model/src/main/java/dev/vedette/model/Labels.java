package dev.vedette.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.TreeMap;

/**
 * A label set: names ascending in {@link Utf8#compare UTF-8 byte order}, each name once, no empty
 * value (an empty value means the label is absent). Immutable; equal by content.
 */
public final class Labels implements Iterable<Label>, Comparable<Labels> {
  /** The label that holds a metric's name. */
  public static final String METRIC_NAME = "__name__";

  /** The label that holds the type of a series' family, where series have it. */
  public static final String TYPE = "__type__";

  /** The label that holds the unit of a series' family, where series have it. */
  public static final String UNIT = "__unit__";

  /** The empty label set. */
  public static final Labels EMPTY = new Labels(new String[0]);

  // name, value, name, value…
  private final String[] pairs;
  private int hash;

  private Labels(String[] pairs) {
    this.pairs = pairs;
  }

  /** Names and values in turn, names in any order; a label with an empty value is left out. */
  public static Labels of(String... namesAndValues) {
    if (namesAndValues.length % 2 != 0) {
      throw new IllegalArgumentException(
          "a label name without a value: %s".formatted(Arrays.toString(namesAndValues)));
    }
    Builder builder = new Builder();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      builder.set(namesAndValues[i], namesAndValues[i + 1]);
    }
    return builder.build();
  }

  /** The labels of a map. */
  public static Labels of(Map<String, String> labels) {
    Builder builder = new Builder();
    labels.forEach(builder::set);
    return builder.build();
  }

  /**
   * Takes pairs that are already sorted, unique and without empty values; the array is not copied
   * and must not be changed afterwards. For decoders that have just checked that.
   */
  public static Labels ofSorted(String[] pairs) {
    return pairs.length == 0 ? EMPTY : new Labels(pairs);
  }

  public int size() {
    return pairs.length / 2;
  }

  public boolean isEmpty() {
    return pairs.length == 0;
  }

  /** Name of the label at {@code index}, in name order. */
  public String name(int index) {
    return pairs[2 * index];
  }

  /** Value of the label at {@code index}, in name order. */
  public String value(int index) {
    return pairs[2 * index + 1];
  }

  /** The value of a label, or the empty string where it is absent, as PromQL matchers see it. */
  public String get(String name) {
    for (int i = 0; i < pairs.length; i += 2) {
      if (pairs[i].equals(name)) {
        return pairs[i + 1];
      }
    }
    return "";
  }

  public boolean has(String name) {
    return !get(name).isEmpty();
  }

  /** The value of {@code __name__}, or the empty string. */
  public String metricName() {
    return get(METRIC_NAME);
  }

  /** These labels without the named ones. */
  public Labels without(Collection<String> names) {
    return retain(names, false);
  }

  /** Of these labels only the named ones. */
  public Labels only(Collection<String> names) {
    return retain(names, true);
  }

  private Labels retain(Collection<String> names, boolean keepNamed) {
    List<String> kept = new ArrayList<>(pairs.length);
    for (int i = 0; i < pairs.length; i += 2) {
      if (names.contains(pairs[i]) == keepNamed) {
        kept.add(pairs[i]);
        kept.add(pairs[i + 1]);
      }
    }
    return kept.size() == pairs.length ? this : ofSorted(kept.toArray(String[]::new));
  }

  public Builder toBuilder() {
    Builder builder = new Builder();
    for (Label label : this) {
      builder.set(label.name(), label.value());
    }
    return builder;
  }

  public Map<String, String> toMap() {
    return toBuilder().labels;
  }

  @Override
  public Iterator<Label> iterator() {
    return new Iterator<>() {
      private int next;

      @Override
      public boolean hasNext() {
        return next < size();
      }

      @Override
      public Label next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        return new Label(name(next), value(next++));
      }
    };
  }

  /** Label by label, name before value, the shorter set first; as Prometheus sorts series. */
  @Override
  public int compareTo(Labels other) {
    int shared = Math.min(pairs.length, other.pairs.length);
    for (int i = 0; i < shared; i++) {
      int order = Utf8.compare(pairs[i], other.pairs[i]);
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(pairs.length, other.pairs.length);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Labels that && Arrays.equals(pairs, that.pairs);
  }

  @Override
  public int hashCode() {
    int h = hash;
    if (h == 0) {
      h = Arrays.hashCode(pairs);
      hash = h;
    }
    return h;
  }

  /** As PromQL writes it: {@code up{job="api"}}. */
  @Override
  public String toString() {
    StringBuilder out = new StringBuilder(metricName());
    String separator = "{";
    for (Label label : this) {
      if (label.name().equals(METRIC_NAME)) {
        continue;
      }
      out.append(separator).append(label.name()).append("=\"");
      out.append(label.value().replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n"));
      out.append('"');
      separator = ", ";
    }
    if (separator.equals(", ")) {
      out.append('}');
    } else if (out.isEmpty()) {
      out.append("{}");
    }
    return out.toString();
  }

  /** Collects labels in any order; the last value of a name wins. */
  public static final class Builder {
    private final TreeMap<String, String> labels = new TreeMap<>(Utf8::compare);

    /** Sets a label; an empty value removes it. */
    public Builder set(String name, String value) {
      if (value.isEmpty()) {
        labels.remove(name);
      } else {
        labels.put(name, value);
      }
      return this;
    }

    public Builder remove(String name) {
      labels.remove(name);
      return this;
    }

    public String get(String name) {
      return labels.getOrDefault(name, "");
    }

    public Labels build() {
      String[] pairs = new String[labels.size() * 2];
      int i = 0;
      for (Map.Entry<String, String> label : labels.entrySet()) {
        pairs[i++] = label.getKey();
        pairs[i++] = label.getValue();
      }
      return ofSorted(pairs);
    }
  }
}
