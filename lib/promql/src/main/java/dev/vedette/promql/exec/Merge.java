package dev.vedette.promql.exec;

import dev.vedette.model.Labels;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Puts series together whose labels have become equal; two points at one step are an error. */
public final class Merge {
  private record Key(Labels labels, boolean nameDropped) {}

  private final Map<Key, Series> merged = new LinkedHashMap<>();
  private final String conflict;

  /**
   * @param conflict what to say of two points at one step
   */
  public Merge(String conflict) {
    this.conflict = conflict;
  }

  /** Series of equal labels, points of one step in one of them only. */
  public static Merge sameLabels() {
    return new Merge("vector cannot contain metrics with the same labelset");
  }

  public void add(Series series) {
    Key key = new Key(series.labels(), series.nameDropped());
    Series present = merged.putIfAbsent(key, series);
    if (present == null) {
      return;
    }
    double[] into = present.values();
    double[] from = series.values();
    for (int i = 0; i < into.length; i++) {
      if (Points.isPresent(from[i])) {
        if (Points.isPresent(into[i])) {
          throw Evaluation.failed(conflict);
        }
        into[i] = from[i];
      }
    }
  }

  public List<Series> series() {
    return new ArrayList<>(merged.values());
  }
}
