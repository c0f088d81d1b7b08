package dev.vedette.wire.body;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import com.github.luben.zstd.ZstdInputStream;
import dev.vedette.model.ErrorId;
import dev.vedette.model.InvalidRequest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.xerial.snappy.Snappy;

/**
 * Memory that bodies are decompressed into, one after another. It grows to the largest body and
 * never beyond the bound: a length that a body declares is compared with the bound before anything
 * is allocated. One thread at a time.
 *
 * <p>Errors: {@link InvalidRequest} where a body is not what its coding says, or ({@code
 * body-too-large}) above the bound.
 */
public final class BodyBuffer {
  private static final int FIRST_CAPACITY = 64 << 10;
  // A zstd frame may ask for this window when its size is not declared; larger ones are refused.
  private static final int ZSTD_WINDOW_LOG = 25;

  // Deflate codes at most 258 bytes in two bits.
  private static final long GZIP_MOST_EXPANSION = 1032;

  private final int maxBytes;
  private byte[] bytes = new byte[0];
  private int length;

  /** A buffer for bodies of at most {@code maxBytes} when decompressed. */
  public BodyBuffer(int maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** The body decompressed last, from 0 to {@link #length}; what follows may be written over. */
  public byte[] bytes() {
    return bytes;
  }

  public int length() {
    return length;
  }

  public int capacity() {
    return bytes.length;
  }

  /**
   * How many bytes a body can be when decompressed, told without reading it: exact where it
   * declares its length, else what its coding can reach; never more than the bound (which the body
   * itself may exceed). For who reserves memory before.
   */
  public int mostBytes(ContentCoding coding, byte[] body, int from, int to) {
    long most =
        switch (coding) {
          case IDENTITY -> to - from;
          case SNAPPY -> Math.max(0, snappyLength(body, from, to));
          case GZIP -> (to - from) * GZIP_MOST_EXPANSION;
          case ZSTD -> {
            long declared = zstdLength(body, from, to);
            yield declared > 0 ? declared : maxBytes;
          }
        };
    return (int) Math.min(most, maxBytes);
  }

  /**
   * Undoes the coding of {@code body[from..to)}; then {@link #bytes} and {@link #length} hold it.
   */
  public void decompress(ContentCoding coding, byte[] body, int from, int to) {
    length = 0;
    if (from == to && coding != ContentCoding.IDENTITY) {
      throw malformed(coding, "it is empty", null);
    }
    switch (coding) {
      case IDENTITY -> copy(body, from, to);
      case SNAPPY -> snappy(body, from, to);
      case GZIP -> gzip(body, from, to);
      case ZSTD -> zstd(body, from, to);
    }
  }

  private void copy(byte[] body, int from, int to) {
    reserve(to - from);
    System.arraycopy(body, from, bytes, 0, to - from);
    length = to - from;
  }

  private void snappy(byte[] body, int from, int to) {
    long declared = snappyLength(body, from, to);
    if (declared < 0) {
      throw malformed(ContentCoding.SNAPPY, "its length is missing", null);
    }
    reserve(declared);
    try {
      length = Snappy.uncompress(body, from, to - from, bytes, 0);
    } catch (IOException e) {
      throw malformed(ContentCoding.SNAPPY, "its data is damaged", e);
    }
  }

  /** The varint that a block begins with; -1 where there is none. */
  private static long snappyLength(byte[] body, int from, int to) {
    long value = 0;
    for (int i = 0; i < 5 && from + i < to; i++) {
      byte b = body[from + i];
      value |= (long) (b & 0x7f) << 7 * i;
      if (b >= 0) {
        return value <= 0xffff_ffffL ? value : -1;
      }
    }
    return -1;
  }

  private void gzip(byte[] body, int from, int to) {
    try (InputStream in =
        new GZIPInputStream(new ByteArrayInputStream(body, from, to - from), 8 << 10)) {
      readAll(in);
    } catch (IOException e) {
      throw malformed(ContentCoding.GZIP, reason(e), e);
    }
  }

  private void zstd(byte[] body, int from, int to) {
    long declared = zstdLength(body, from, to);
    if (declared > 0) {
      reserve(declared);
      try {
        length = (int) Zstd.decompressByteArray(bytes, 0, bytes.length, body, from, to - from);
      } catch (ZstdException e) {
        throw malformed(ContentCoding.ZSTD, reason(e), e);
      }
      return;
    }
    try (ZstdInputStream in =
        new ZstdInputStream(new ByteArrayInputStream(body, from, to - from))) {
      in.setLongMax(ZSTD_WINDOW_LOG);
      readAll(in);
    } catch (IOException e) {
      throw malformed(ContentCoding.ZSTD, reason(e), e);
    }
  }

  /** The length a frame declares; 0 or less where it does not. */
  private static long zstdLength(byte[] body, int from, int to) {
    return from == to ? 0 : Zstd.getFrameContentSize(body, from, to - from);
  }

  private void readAll(InputStream in) throws IOException {
    while (true) {
      if (length == maxBytes) {
        if (in.read() >= 0) {
          throw tooLarge();
        }
        return;
      }
      if (length == bytes.length) {
        reserve(length + 1L);
      }
      int read = in.read(bytes, length, bytes.length - length);
      if (read < 0) {
        return;
      }
      length += read;
    }
  }

  /** Makes room for so many bytes in all, keeping those read so far. */
  private void reserve(long wanted) {
    if (wanted > maxBytes) {
      throw tooLarge();
    }
    if (wanted > bytes.length) {
      // Twice as much, so that a body read piece by piece is copied a few times only.
      long roomy = Math.min(maxBytes, Math.max(FIRST_CAPACITY, 2L * length));
      bytes = Arrays.copyOf(bytes, (int) Math.max(wanted, roomy));
    }
  }

  private InvalidRequest tooLarge() {
    return new InvalidRequest(
        ErrorId.BODY_TOO_LARGE,
        "the body has more than %d bytes when decompressed".formatted(maxBytes),
        "send fewer samples a request (max_samples_per_send of a Prometheus) or raise"
            + " spec.limits.maxRequestBytes");
  }

  private static String reason(Exception e) {
    String message = e.getMessage();
    return message == null ? "it ends too early" : message;
  }

  private static InvalidRequest malformed(
      ContentCoding coding, String reason, @Nullable Throwable cause) {
    return new InvalidRequest(
        ErrorId.INVALID_REQUEST,
        "the body is not what Content-Encoding %s says: %s".formatted(coding.text(), reason),
        coding == ContentCoding.SNAPPY
            ? "send the snappy block format, not the framed one, and the body unchanged"
            : "send the body unchanged, or name its coding in Content-Encoding",
        cause);
  }
}
