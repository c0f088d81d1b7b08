package dev.vedette.model;

import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Parts whose batches something is done with.
 *
 * @param readings one for each reader, used by one thread at a time; what they share must be safe
 *     for several
 */
public record ReadParts(SeriesParts parts, Supplier<Reading> readings) implements SeriesParts {
  /** Reads batches. */
  @FunctionalInterface
  public interface Reading {
    /**
     * Reads one.
     *
     * @param next fills a batch with what is read
     * @return false at the end
     */
    boolean next(SeriesBatch batch, Predicate<SeriesBatch> next);

    /** No more is read. */
    default void close() {}
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
    Reading reading = readings.get();
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

      @Override
      public void close() {
        reader.close();
        reading.close();
      }
    };
  }
}
