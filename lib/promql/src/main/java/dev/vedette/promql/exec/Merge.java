package dev.vedette.promql.exec;

import dev.vedette.model.Histogram;
import dev.vedette.model.Labels;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

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
    for (int i = 0; i < into.length; i++) {
      if (series.isPresent(i) && present.isPresent(i)) {
        throw Evaluation.failed(conflict);
      }
      if (Points.isPresent(series.values()[i])) {
        into[i] = series.values()[i];
      }
    }
    if (series.histograms() != null) {
      merged.put(key, withHistograms(present, series));
    }
  }

  private static Series withHistograms(Series present, Series series) {
    PointColumn column = PointColumn.with(present.values());
    for (int i = 0; i < column.steps(); i++) {
      Histogram histogram = present.histogram(i);
      Histogram other = series.histogram(i);
      if (histogram != null || other != null) {
        column.set(i, histogram != null ? histogram : Objects.requireNonNull(other));
      }
    }
    return new Series(
        present.labels(), present.nameDropped(), column.values(), column.histograms());
  }

  public List<Series> series() {
    return new ArrayList<>(merged.values());
  }
}
