package dev.vedette.tsdb.index;

import dev.vedette.model.Corruption;
import dev.vedette.tsdb.encode.Piece;
import dev.vedette.tsdb.encode.PieceList;
import dev.vedette.tsdb.encode.PieceReader;
import java.lang.ref.SoftReference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.buffer.ImmutableRoaringBitmap;
import org.roaringbitmap.buffer.MutableRoaringBitmap;

/**
 * Posting lists read where they are mapped. A piece is checked when one of its lists is first asked
 * for. Thread-safe; usable as long as the mapping lives.
 */
final class StoredPostings implements Postings {
  private final PieceReader reader;
  private final PieceList pieces;
  private final int valueCount;
  private final int seriesCount;
  private final AtomicReferenceArray<@Nullable SoftReference<Lists>> cache;

  StoredPostings(PieceReader reader, PieceList pieces, int valueCount, int seriesCount) {
    this.reader = reader;
    this.pieces = pieces;
    this.valueCount = valueCount;
    this.seriesCount = seriesCount;
    this.cache = new AtomicReferenceArray<>(pieces.size());
  }

  /** The lists of one piece: where each begins, and one more for the end. */
  private record Lists(ByteBuffer bytes, int[] starts, Piece piece) {}

  @Override
  public int cardinality(int valueId) {
    ByteBuffer list = list(lists(valueId), valueId);
    list.get();
    return cardinality(list, valueId);
  }

  @Override
  public void addTo(MutableRoaringBitmap set, int valueId) {
    ByteBuffer list = list(lists(valueId), valueId);
    int form = list.get();
    int cardinality = cardinality(list, valueId);
    switch (form) {
      case PostingsWriter.DIFFERENCES -> addDifferences(set, list, cardinality, valueId);
      case PostingsWriter.ROARING -> set.or(bitmap(list, valueId));
      default -> throw damaged(valueId, "a list form of 0 or 1", "" + form);
    }
  }

  @Override
  public MutableRoaringBitmap list(int valueId) {
    ByteBuffer list = list(lists(valueId), valueId);
    if (list.get() != PostingsWriter.ROARING) {
      return Postings.super.list(valueId);
    }
    cardinality(list, valueId);
    return bitmap(list, valueId).toMutableRoaringBitmap();
  }

  /** Reads every list of a piece; throws where one is not as it has to be. */
  void verify(int piece) {
    int first = piece * PostingsWriter.LISTS_PER_PIECE;
    for (int i = first; i < Math.min(valueCount, first + PostingsWriter.LISTS_PER_PIECE); i++) {
      int stated = cardinality(i);
      int found = list(i).getCardinality();
      if (stated != found) {
        throw damaged(i, "%d series".formatted(stated), "%d".formatted(found));
      }
    }
  }

  private void addDifferences(
      MutableRoaringBitmap set, ByteBuffer list, int cardinality, int valueId) {
    long next = 0;
    for (int i = 0; i < cardinality; i++) {
      next += varint(list, valueId);
      if (next >= seriesCount) {
        throw damaged(valueId, "series below %d".formatted(seriesCount), "%d".formatted(next));
      }
      set.add((int) next++);
    }
  }

  private ImmutableRoaringBitmap bitmap(ByteBuffer list, int valueId) {
    try {
      ImmutableRoaringBitmap bitmap = new ImmutableRoaringBitmap(list.slice());
      if (bitmap.isEmpty() || Integer.compareUnsigned(bitmap.last(), seriesCount) >= 0) {
        throw damaged(valueId, "series below %d".formatted(seriesCount), "other series");
      }
      return bitmap;
    } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
      // What Roaring throws on bytes that are no bitmap, checksum or not.
      throw damaged(valueId, "a Roaring bitmap", "other bytes");
    }
  }

  private int cardinality(ByteBuffer list, int valueId) {
    int cardinality = varint(list, valueId);
    if (cardinality < 1 || cardinality > seriesCount) {
      throw damaged(valueId, "1 to %d series".formatted(seriesCount), "" + cardinality);
    }
    return cardinality;
  }

  private ByteBuffer list(Lists lists, int valueId) {
    int index = valueId % PostingsWriter.LISTS_PER_PIECE;
    int from = lists.starts[index];
    // A list is at least its form and its count.
    if (lists.starts[index + 1] - from < 2) {
      throw damaged(
          valueId, "a posting list", "%d bytes".formatted(lists.starts[index + 1] - from));
    }
    return lists.bytes.slice(from, lists.starts[index + 1] - from).order(ByteOrder.LITTLE_ENDIAN);
  }

  private Lists lists(int valueId) {
    int piece = valueId / PostingsWriter.LISTS_PER_PIECE;
    SoftReference<Lists> cached = cache.get(piece);
    Lists lists = cached == null ? null : cached.get();
    if (lists == null) {
      lists = open(piece);
      cache.set(piece, new SoftReference<>(lists));
    }
    return lists;
  }

  private Lists open(int index) {
    Piece piece = pieces.get(index);
    ByteBuffer bytes = reader.view(piece);
    int first = index * PostingsWriter.LISTS_PER_PIECE;
    int count = Math.min(PostingsWriter.LISTS_PER_PIECE, valueCount - first);
    int[] starts = new int[count + 1];
    for (int i = 0; i < count; i++) {
      long end = (long) starts[i] + varint(bytes, first);
      if (end > bytes.limit()) {
        throw damaged(first, "lists of %d bytes".formatted(bytes.limit()), "%d".formatted(end));
      }
      starts[i + 1] = (int) end;
    }
    int head = bytes.position();
    for (int i = 0; i <= count; i++) {
      starts[i] += head;
    }
    if (starts[count] != bytes.limit()) {
      throw damaged(
          first, "lists of %d bytes".formatted(bytes.limit() - head), "" + (starts[count] - head));
    }
    return new Lists(bytes, starts, piece);
  }

  private int varint(ByteBuffer in, int valueId) {
    int value = 0;
    for (int shift = 0; shift < 35 && in.hasRemaining(); shift += 7) {
      byte b = in.get();
      value |= (b & 0x7f) << shift;
      if (b >= 0) {
        return value & Integer.MAX_VALUE;
      }
    }
    throw damaged(valueId, "a varint of at most 5 bytes", "other bytes");
  }

  private Corruption damaged(int valueId, String expected, String found) {
    Piece piece = pieces.get(valueId / PostingsWriter.LISTS_PER_PIECE);
    return new Corruption(reader.file(), piece.offset(), expected, found);
  }
}
