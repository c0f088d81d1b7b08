package dev.vedette.tsdb.encode;

import java.io.IOException;

/** Where pieces are written, one behind the other. */
@FunctionalInterface
public interface PieceSink {
  /** Writes all bytes of the payload and their checksum; returns where they are. */
  Piece write(ByteSink payload) throws IOException;
}
