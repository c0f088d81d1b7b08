package dev.vedette.tsdb.index;

import dev.vedette.tsdb.encode.ByteSink;
import dev.vedette.tsdb.encode.Packed;
import dev.vedette.tsdb.encode.Piece;
import dev.vedette.tsdb.encode.PieceSink;
import java.io.IOException;
import java.util.Arrays;

/**
 * Writes the labels of {@value #SERIES_PER_GROUP} series as columns: the shapes, then for each
 * label in turn the ranks of its values, each as the difference to the one before.
 */
final class ColumnsWriter {
  static final int SERIES_PER_GROUP = 1024;

  private final ByteSink shapes = new ByteSink();
  private final ByteSink[] columns;
  private final int[] previous;
  private int previousShape;
  private int count;

  ColumnsWriter(int labelCount) {
    columns = new ByteSink[labelCount];
    Arrays.setAll(columns, i -> new ByteSink(64));
    previous = new int[labelCount];
  }

  void beginSeries(int shapeId) {
    shapes.signed(shapeId - previousShape);
    previousShape = shapeId;
    count++;
  }

  void value(int label, int rank) {
    columns[label].signed((long) rank - previous[label]);
    previous[label] = rank;
  }

  boolean isFull() {
    return count == SERIES_PER_GROUP;
  }

  /** Writes the group and begins the next. */
  Piece write(PieceSink out) throws IOException {
    ByteSink raw = new ByteSink();
    raw.raw(shapes.array(), 0, shapes.size());
    shapes.clear();
    for (ByteSink column : columns) {
      raw.raw(column.array(), 0, column.size());
      column.clear();
    }
    Arrays.fill(previous, 0);
    previousShape = 0;
    count = 0;
    ByteSink packed = new ByteSink();
    Packed.write(packed, raw);
    return out.write(packed);
  }
}
