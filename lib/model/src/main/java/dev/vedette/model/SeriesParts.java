package dev.vedette.model;

/**
 * The series of a cursor in parts of neighbours, one behind the other, which any number of threads
 * read at the same time. Valid until the cursor is closed.
 */
public interface SeriesParts {
  /** Number of parts; together, in this order, they are what the cursor would have given. */
  int count();

  /** About how many series all parts have together. */
  long series();

  /** A reader of any of the parts; each thread has its own. */
  Reader newReader();

  /** Reads one part after the other, in any order. One thread. */
  interface Reader {
    /** Goes to the beginning of a part. */
    void seek(int part);

    /**
     * Fills the batch with the part's next series, as {@link SeriesCursor#next} does.
     *
     * @return false at the part's end; the batch is empty then
     */
    boolean next(SeriesBatch batch);

    /** Gives back what it holds: it reads no more. Closing the cursor does so, too. */
    default void close() {}
  }
}
