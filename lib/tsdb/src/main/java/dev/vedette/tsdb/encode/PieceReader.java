package dev.vedette.tsdb.encode;

import dev.vedette.model.Corruption;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * Reads pieces of a mapped file and checks each one's CRC32C. Any number of threads, as long as the
 * mapping lives.
 */
public final class PieceReader {
  private static final ValueLayout.OfInt LE_INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final MemorySegment mapped;
  private final String file;

  public PieceReader(MemorySegment mapped, String file) {
    this.mapped = mapped;
    this.file = file;
  }

  public String file() {
    return file;
  }

  public long fileBytes() {
    return mapped.byteSize();
  }

  /** Copies a piece off the map. Throws {@link Corruption} where its checksum differs. */
  public ByteSource read(Piece piece) {
    byte[] bytes = new byte[checkedLength(piece)];
    return copy(piece, bytes);
  }

  /**
   * The same into an array that the caller uses again. Bytes behind the piece are left as they are.
   *
   * @param buffer at least {@code piece.length()} long
   */
  public ByteSource copy(Piece piece, byte[] buffer) {
    int length = checkedLength(piece);
    MemorySegment.copy(mapped, ValueLayout.JAVA_BYTE, piece.offset(), buffer, 0, length);
    CRC32C crc = new CRC32C();
    crc.update(buffer, 0, length);
    expectChecksum(piece, (int) crc.getValue());
    return new ByteSource(buffer, 0, length, file, piece.offset());
  }

  /** A checked view of the mapped bytes themselves, little-endian. */
  public ByteBuffer view(Piece piece) {
    ByteBuffer view =
        mapped
            .asSlice(piece.offset(), checkedLength(piece))
            .asByteBuffer()
            .order(ByteOrder.LITTLE_ENDIAN);
    CRC32C crc = new CRC32C();
    crc.update(view.duplicate());
    expectChecksum(piece, (int) crc.getValue());
    return view;
  }

  private int checkedLength(Piece piece) {
    long room = mapped.byteSize() - Piece.CHECKSUM_BYTES - piece.offset();
    if (piece.offset() < 0 || piece.length() < 0 || piece.length() > room) {
      throw new Corruption(
          file,
          Math.clamp(piece.offset(), 0, mapped.byteSize()),
          "a piece of %d bytes from offset %d".formatted(piece.length(), piece.offset()),
          "a file of %d bytes".formatted(mapped.byteSize()));
    }
    return piece.length();
  }

  private void expectChecksum(Piece piece, int found) {
    int expected = mapped.get(LE_INT, piece.offset() + piece.length());
    if (found != expected) {
      throw new Corruption(
          file,
          piece.offset(),
          "CRC32C %08x over %d bytes".formatted(expected, piece.length()),
          "%08x".formatted(found));
    }
  }
}
