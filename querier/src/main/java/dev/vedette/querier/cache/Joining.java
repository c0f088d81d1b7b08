package dev.vedette.querier.cache;

import dev.vedette.model.Labels;
import dev.vedette.promql.QueryResult.Column;
import dev.vedette.promql.exec.Evaluation;
import dev.vedette.promql.exec.Steps;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** Puts parts of a result that follow each other in time together, by labels. */
final class Joining {
  private final TreeMap<Labels, List<Column>> byLabels = new TreeMap<>();

  /**
   * @param parts in the order of time
   */
  Joining(List<ResultPart> parts) {
    for (ResultPart part : parts) {
      for (Column column : part.columns()) {
        byLabels.computeIfAbsent(column.labels(), _ -> new ArrayList<>()).add(column);
      }
    }
  }

  /** Two parts as one. */
  static ResultPart of(ResultPart part, ResultPart next) {
    return new ResultPart(
        new Steps(part.steps().startMillis(), next.steps().lastMillis(), part.steps().stepMillis()),
        new Joining(List.of(part, next)).columns(),
        part.origin().with(next.origin()));
  }

  /** Points of all columns. */
  long points() {
    return byLabels.values().stream().flatMap(List::stream).mapToLong(c -> c.values().length).sum();
  }

  /** What {@link #columns} is going to take, at most. */
  long bytes() {
    long labels = byLabels.keySet().stream().mapToLong(Evaluation::bytes).sum();
    return labels + (Long.BYTES + Double.BYTES) * points();
  }

  /** By labels. Columns whose pieces share their times share them again. */
  List<Column> columns() {
    List<Column> joined = new ArrayList<>(byLabels.size());
    List<Column> before = List.of();
    long[] times = {};
    for (List<Column> pieces : byLabels.values()) {
      if (!shareTimes(pieces, before)) {
        times = times(pieces);
        before = pieces;
      }
      joined.add(new Column(pieces.getFirst().labels(), times, values(pieces, times.length), null));
    }
    return joined;
  }

  @SuppressWarnings("ReferenceEquality") // whether memory is shared is what is asked
  private static boolean shareTimes(List<Column> pieces, List<Column> before) {
    if (pieces.size() != before.size()) {
      return false;
    }
    for (int i = 0; i < pieces.size(); i++) {
      if (pieces.get(i).timestamps() != before.get(i).timestamps()) {
        return false;
      }
    }
    return true;
  }

  private static long[] times(List<Column> pieces) {
    long[] times = new long[pieces.stream().mapToInt(piece -> piece.timestamps().length).sum()];
    int at = 0;
    for (Column piece : pieces) {
      System.arraycopy(piece.timestamps(), 0, times, at, piece.timestamps().length);
      at += piece.timestamps().length;
    }
    return times;
  }

  private static double[] values(List<Column> pieces, int size) {
    double[] values = new double[size];
    int at = 0;
    for (Column piece : pieces) {
      System.arraycopy(piece.values(), 0, values, at, piece.values().length);
      at += piece.values().length;
    }
    return values;
  }
}
