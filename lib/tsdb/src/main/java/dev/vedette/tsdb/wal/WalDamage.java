package dev.vedette.tsdb.wal;

import dev.vedette.model.Corruption;
import java.nio.file.Path;

/**
 * A stretch of a file that is not what was written.
 *
 * @param offset where it begins
 * @param bytes how long it is
 * @param expected what should be there
 * @param found what is there instead
 */
public record WalDamage(Path file, long offset, long bytes, String expected, String found) {
  /** The same as an error. */
  public Corruption toException() {
    return new Corruption(file, offset, expected, found);
  }
}
