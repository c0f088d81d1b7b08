package dev.vedette.tsdb.encode;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdException;
import java.util.Arrays;

/**
 * Bytes under zstd where that makes them smaller: {@code varint(rawLength << 1 | isZstd) | bytes}.
 * The raw length is stated, so that reading allocates once and never more than the caller's bound.
 */
public final class Packed {
  // Written once, read often and small: the slow levels cost little here. Zstd frames carry neither
  // checksum nor size: pieces have a CRC of their own, and the length stands in front.
  private static final int LEVEL = 15;

  private Packed() {}

  /** Appends the packed form of the first {@code raw.size()} bytes of {@code raw}. */
  public static void write(ByteSink out, ByteSink raw) {
    try (ZstdCompressCtx zstd = new ZstdCompressCtx()) {
      zstd.setLevel(LEVEL).setChecksum(false).setContentSize(false).setDictID(false);
      byte[] packed = zstd.compress(Arrays.copyOf(raw.array(), raw.size()));
      if (packed.length < raw.size()) {
        out.varint((long) raw.size() << 1 | 1).raw(packed);
      } else {
        out.varint((long) raw.size() << 1).raw(raw.array(), 0, raw.size());
      }
    }
  }

  /**
   * Unpacks all that remains of a source.
   *
   * @param maxBytes most that the unpacked form may have
   */
  public static ByteSource read(ByteSource in, int maxBytes) {
    long head = in.varint();
    long length = head >>> 1;
    if (length > maxBytes) {
      throw in.damaged("at most %d bytes unpacked".formatted(maxBytes), "%d".formatted(length));
    }
    if ((head & 1) == 0) {
      if (length != in.remaining()) {
        throw in.damaged("%d bytes".formatted(length), "%d".formatted(in.remaining()));
      }
      return in.slice((int) length);
    }
    byte[] raw = new byte[(int) length];
    long unpacked;
    try {
      unpacked =
          Zstd.decompressByteArray(raw, 0, raw.length, in.array(), in.position(), in.remaining());
    } catch (ZstdException e) {
      throw in.damaged("a zstd frame", e.getMessage() == null ? "other bytes" : e.getMessage());
    }
    if (unpacked != length) {
      throw in.damaged("%d bytes unpacked".formatted(length), "%d".formatted(unpacked));
    }
    return new ByteSource(raw, 0, raw.length, in.file(), in.fileOffset());
  }
}
