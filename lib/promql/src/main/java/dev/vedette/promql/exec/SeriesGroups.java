package dev.vedette.promql.exec;

import dev.vedette.model.Labels;
import org.jspecify.annotations.Nullable;

/**
 * Finds the group of each series that comes. Neighbours are mostly of one group, and that shows by
 * the labels themselves: those of the group are made, and looked up, only where another begins. One
 * thread.
 *
 * @param <G> a group
 */
public final class SeriesGroups<G> {
  private final Grouping grouping;
  private final String[] names;
  private final Finder<G> finder;
  private @Nullable Labels last;
  private @Nullable G group;

  /** Finds a group, or makes it. */
  @FunctionalInterface
  public interface Finder<G> {
    /**
     * @param labels of the group
     * @param series one that is in it
     */
    G find(Labels labels, Labels series);
  }

  public SeriesGroups(Grouping grouping, Finder<G> finder) {
    this.grouping = grouping;
    this.names = grouping.names().toArray(String[]::new);
    this.finder = finder;
  }

  /** The group of a series. */
  public G of(Labels series) {
    Labels before = last;
    G known = group;
    if (known != null && before != null && areTogether(before, series)) {
      return known;
    }
    G found = finder.find(grouping.of(series), series);
    last = series;
    group = found;
    return found;
  }

  private boolean areTogether(Labels a, Labels b) {
    return grouping.keep() ? areNamedEqual(a, b) : areOthersEqual(a, b);
  }

  private boolean areNamedEqual(Labels a, Labels b) {
    for (String name : names) {
      if (!a.get(name).equals(b.get(name))) {
        return false;
      }
    }
    return true;
  }

  private boolean areOthersEqual(Labels a, Labels b) {
    int i = 0;
    int j = 0;
    while (true) {
      i = nextOther(a, i);
      j = nextOther(b, j);
      if (i == a.size() || j == b.size()) {
        return i == a.size() && j == b.size();
      }
      if (!a.name(i).equals(b.name(j)) || !a.value(i).equals(b.value(j))) {
        return false;
      }
      i++;
      j++;
    }
  }

  private int nextOther(Labels labels, int from) {
    int i = from;
    while (i < labels.size() && isNamed(labels.name(i))) {
      i++;
    }
    return i;
  }

  private boolean isNamed(String label) {
    for (String name : names) {
      if (name.equals(label)) {
        return true;
      }
    }
    return false;
  }
}
