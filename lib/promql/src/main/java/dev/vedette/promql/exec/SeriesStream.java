package dev.vedette.promql.exec;

import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;

/** Works out a column for each series that is read: of floats in one way, of others in another. */
abstract class SeriesStream implements VectorStream {
  final SeriesBatch read = new SeriesBatch();
  private final Evaluation evaluation;
  private final SeriesCursor cursor;
  private final Windows windows;

  /**
   * @param windows of the samples that are read
   */
  SeriesStream(Evaluation evaluation, SeriesCursor cursor, Windows windows) {
    this.evaluation = evaluation;
    this.cursor = cursor;
    this.windows = windows;
  }

  /** Adds what a series of floats gives, if anything. */
  abstract void ofFloats(int series, VectorBatch batch);

  /** Adds what a series that has histograms gives, if anything. */
  abstract void ofMixed(int series, VectorBatch batch);

  @Override
  public final boolean next(VectorBatch batch) {
    batch.clear();
    while (batch.count() == 0 && cursor.next(read)) {
      windows.forget();
      long count = 0;
      for (int i = 0; i < read.count(); i++) {
        count += read.size(i);
        if (read.histograms(i) == null) {
          ofFloats(i, batch);
        } else {
          ofMixed(i, batch);
        }
      }
      evaluation.read(read.count(), count);
    }
    return batch.count() > 0;
  }

  @Override
  public final void close() {
    cursor.close();
  }
}
