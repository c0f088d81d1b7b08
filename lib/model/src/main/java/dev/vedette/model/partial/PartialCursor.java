package dev.vedette.model.partial;

import org.jspecify.annotations.Nullable;

/** The answers to a {@link PartialRequest}. One thread. */
public interface PartialCursor extends AutoCloseable {
  /** The next answer; null at the end. Its arrays are the reader's. */
  @Nullable PartialAnswer next();

  @Override
  void close();
}
