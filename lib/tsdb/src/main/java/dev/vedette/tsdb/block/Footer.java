package dev.vedette.tsdb.block;

import dev.vedette.model.Corruption;
import dev.vedette.model.TenantId;
import dev.vedette.tsdb.encode.ByteSink;
import dev.vedette.tsdb.encode.ByteSource;
import dev.vedette.tsdb.encode.Piece;
import dev.vedette.tsdb.encode.PieceReader;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * First and last bytes of a block: the magic with the version in front; at the end the footer piece
 * with everything needed to find the rest, and the 16 bytes that lead to it.
 *
 * @param samples the directory of tables, vectors and pages
 * @param index the directory of the index
 * @param extras the directory of histograms and start timestamps, null where there are none
 * @param buckets the directory of a tier's columns, null where there are samples as they are
 * @param bucketHistograms the directory of a tier's columns of histograms, null where there are
 *     none
 */
record Footer(
    BlockMeta meta,
    Piece samples,
    Piece index,
    @Nullable Piece extras,
    @Nullable Piece buckets,
    @Nullable Piece bucketHistograms) {
  static final int HEAD_BYTES = 8;
  static final int TAIL_BYTES = 16;

  // "VEDBLK", format version 1, and a byte that text-mode transfers would change.
  private static final long MAGIC = 0x0A01_4B4C_4244_4556L;
  // No piece lies where the magic is.
  private static final Piece NOTHING = new Piece(0, 0);
  private static final int MAX_TENANT_CHARS = 150;
  private static final ValueLayout.OfLong LE_LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  static void writeHead(ByteSink out) {
    out.fixed64(MAGIC);
  }

  void write(ByteSink out) {
    BlockSpec spec = meta.spec();
    out.utf8(spec.id().value()).utf8(spec.tenant().value());
    out.signed(spec.startMillis()).signed(spec.endMillis());
    out.varint(spec.level()).varint(spec.sources().size());
    spec.sources().forEach(source -> out.utf8(source.value()));
    out.signed(meta.firstMillis()).signed(meta.lastMillis());
    out.varint(meta.series()).varint(meta.samples());
    Piece.write(out, samples);
    Piece.write(out, index);
    if (extras != null || buckets != null) {
      Piece.write(out, extras == null ? NOTHING : extras);
    }
    if (buckets != null) {
      out.varint(spec.resolutionMillis());
      Piece.write(out, buckets);
    }
    if (bucketHistograms != null) {
      Piece.write(out, bucketHistograms);
    }
  }

  static void writeTail(ByteSink out, Piece footer) {
    out.fixed64(footer.offset()).fixed64(MAGIC ^ footer.length());
  }

  static Footer read(MemorySegment mapped, PieceReader reader) {
    long size = mapped.byteSize();
    if (size < HEAD_BYTES + TAIL_BYTES) {
      throw new Corruption(
          reader.file(), 0, "a block of at least 24 bytes", "%d bytes".formatted(size));
    }
    expectMagic(reader, 0, mapped.get(LE_LONG, 0));
    long offset = mapped.get(LE_LONG, size - TAIL_BYTES);
    long length = mapped.get(LE_LONG, size - Long.BYTES) ^ MAGIC;
    Piece footer = new Piece(offset, Math.clamp(length, 0, Integer.MAX_VALUE));
    if (length != footer.length() || footer.end() != size - TAIL_BYTES || offset < HEAD_BYTES) {
      throw new Corruption(
          reader.file(), size - TAIL_BYTES, "the end of a finished block", "other bytes");
    }
    return read(reader.read(footer), size);
  }

  private static Footer read(ByteSource in, long fileBytes) {
    BlockId id = readId(in);
    String tenant = in.utf8();
    if (tenant.isEmpty() || tenant.length() > MAX_TENANT_CHARS) {
      throw in.damaged("a tenant id", "%d characters".formatted(tenant.length()));
    }
    long startMillis = in.signed();
    long endMillis = in.signed();
    if (startMillis > endMillis) {
      throw in.damaged("a window", "%d to %d".formatted(startMillis, endMillis));
    }
    int level = in.count("a level", 255);
    int sourceCount = in.count("a number of sources", in.remaining());
    List<BlockId> sources = new ArrayList<>(sourceCount);
    for (int i = 0; i < sourceCount; i++) {
      sources.add(readId(in));
    }
    long firstMillis = in.signed();
    long lastMillis = in.signed();
    int series = in.count("a number of series", Integer.MAX_VALUE);
    long samples = in.varint();
    Piece samplesDirectory = Piece.read(in);
    Piece index = Piece.read(in);
    Piece extras = in.remaining() == 0 ? NOTHING : Piece.read(in);
    long resolutionMillis = in.remaining() == 0 ? 0 : readResolution(in);
    Piece buckets = resolutionMillis == 0 ? null : Piece.read(in);
    Piece bucketHistograms = buckets == null || in.remaining() == 0 ? null : Piece.read(in);
    in.expectEnd();
    BlockSpec spec =
        new BlockSpec(
            id, new TenantId(tenant), startMillis, endMillis, level, sources, resolutionMillis);
    return new Footer(
        new BlockMeta(spec, firstMillis, lastMillis, series, samples, fileBytes),
        samplesDirectory,
        index,
        extras.equals(NOTHING) ? null : extras,
        buckets,
        bucketHistograms);
  }

  private static long readResolution(ByteSource in) {
    long resolutionMillis = in.varint();
    if (resolutionMillis <= 0) {
      throw in.damaged("a resolution", "%d".formatted(resolutionMillis));
    }
    return resolutionMillis;
  }

  private static BlockId readId(ByteSource in) {
    String id = in.utf8();
    if (!BlockId.isValid(id)) {
      throw in.damaged("a block id", "\"%s\"".formatted(id));
    }
    return new BlockId(id);
  }

  private static void expectMagic(PieceReader reader, long offset, long found) {
    if (found != MAGIC) {
      throw new Corruption(
          reader.file(),
          offset,
          "a block of format version 1 (%016x)".formatted(MAGIC),
          "%016x".formatted(found));
    }
  }
}
