package dev.vedette.promql.exec;

import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.model.SeriesParts;

/** Reads the parts from one on, one behind the other. */
final class RestCursor implements SeriesCursor {
  private final int count;
  private final SeriesParts.Reader reader;
  private int part;
  private boolean begun;

  RestCursor(int count, SeriesParts.Reader reader, int part) {
    this.count = count;
    this.reader = reader;
    this.part = part;
  }

  @Override
  public boolean next(SeriesBatch batch) {
    while (true) {
      if (begun && reader.next(batch)) {
        return true;
      }
      if (part == count) {
        batch.clear();
        return false;
      }
      reader.seek(part++);
      begun = true;
    }
  }

  @Override
  public void close() {}
}
