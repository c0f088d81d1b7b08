package dev.vedette.model;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Bytes on disk are not what was written: which file, where, what was expected and found. */
public final class Corruption extends VedetteException {
  private final String file;
  private final long offset;

  public Corruption(Path file, long offset, String expected, String found) {
    this(file.toString(), offset, expected, found);
  }

  public Corruption(String file, long offset, String expected, String found) {
    this(
        "%s is damaged at offset %d: expected %s, found %s"
            .formatted(file, offset, expected, found),
        file,
        offset,
        null);
  }

  private Corruption(String message, String file, long offset, @Nullable Throwable cause) {
    super(
        ErrorId.CORRUPTION,
        message,
        "run vedette tsdb verify on the data folder to see what else is affected",
        cause);
    this.file = file;
    this.offset = offset;
  }

  @Override
  public Corruption again() {
    return new Corruption(String.valueOf(getMessage()), file, offset, this);
  }

  public String file() {
    return file;
  }

  public long offset() {
    return offset;
  }
}
