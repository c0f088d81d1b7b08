package dev.vedette.promql.exec;

import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesParts;
import java.util.function.Predicate;

/**
 * Parts whose batches something is done with. Its readers are told nothing of the thread that they
 * are used by, so what is done must be safe for several.
 */
record ReadParts(SeriesParts parts, Reading reading) implements SeriesParts {
  /** Reads a batch. */
  @FunctionalInterface
  interface Reading {
    /**
     * @param next fills a batch with what is read
     */
    boolean next(SeriesBatch batch, Predicate<SeriesBatch> next);
  }

  @Override
  public int count() {
    return parts.count();
  }

  @Override
  public long series() {
    return parts.series();
  }

  @Override
  public Reader newReader() {
    Reader reader = parts.newReader();
    return new Reader() {
      @Override
      public void seek(int part) {
        reader.seek(part);
      }

      @Override
      public boolean next(SeriesBatch batch) {
        return reading.next(batch, reader::next);
      }
    };
  }
}
