package dev.vedette.runtime.http;

import java.io.IOException;
import java.io.OutputStream;
import java.util.zip.GZIPOutputStream;

/**
 * Compresses a body unless it is short. Whether it is shows by the time that its first byte is
 * handed on. One thread.
 */
final class GzipBody extends OutputStream {
  /** What is shorter goes as it is. */
  static final int THRESHOLD = 1024;

  /** A tenth of the time of level 6 for a fifth more bytes. */
  static final int LEVEL = 1;

  private final OutputStream to;
  private final Runnable compressed;
  private final byte[] first = new byte[THRESHOLD];
  private int used;
  private OutputStream out;

  /**
   * @param compressed told once the body is going to be compressed, before {@code to} gets any
   */
  GzipBody(OutputStream to, Runnable compressed) {
    this.to = to;
    this.compressed = compressed;
    this.out = to;
  }

  private boolean isCompressed() {
    return out != to;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    if (!isCompressed() && used + length < THRESHOLD) {
      System.arraycopy(bytes, offset, first, used, length);
      used += length;
      return;
    }
    if (!isCompressed()) {
      compressed.run();
      out = new Level(to);
      out.write(first, 0, used);
    }
    out.write(bytes, offset, length);
  }

  @Override
  public void close() throws IOException {
    if (!isCompressed()) {
      to.write(first, 0, used);
    }
    out.close();
  }

  private static final class Level extends GZIPOutputStream {
    private static final int BUFFER = 8 << 10;

    Level(OutputStream to) throws IOException {
      super(to, BUFFER);
      def.setLevel(LEVEL);
    }
  }
}
