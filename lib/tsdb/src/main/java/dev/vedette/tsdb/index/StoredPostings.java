package dev.vedette.tsdb.index;

import dev.vedette.model.Corruption;
import dev.vedette.tsdb.encode.ByteSource;
import dev.vedette.tsdb.encode.Packed;
import dev.vedette.tsdb.encode.Piece;
import dev.vedette.tsdb.encode.PieceList;
import dev.vedette.tsdb.encode.PieceReader;
import java.lang.ref.SoftReference;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.InvalidRoaringFormat;
import org.roaringbitmap.buffer.ImmutableRoaringBitmap;
import org.roaringbitmap.buffer.MutableRoaringBitmap;

/**
 * Posting lists of a block that stores them. Packed pieces are unpacked when one of their lists is
 * first asked for and kept while memory lasts; bitmaps are read where they are mapped. Thread-safe;
 * usable as long as the mapping lives.
 */
final class StoredPostings implements Postings {
  private static final int MAX_PIECE_BYTES = 1 << 30;

  private final PieceReader reader;
  private final PieceList pieces;
  private final PieceList bitmaps;
  // First value of each piece, and the one behind the last.
  private final int[] firsts;
  private final int seriesCount;
  private final AtomicReferenceArray<@Nullable SoftReference<Lists>> cache;

  /** Reads what {@link PostingsWriter#finish} wrote. */
  StoredPostings(PieceReader reader, ByteSource directory, int seriesCount) {
    this.reader = reader;
    this.seriesCount = seriesCount;
    pieces = PieceList.read(directory);
    firsts = new int[pieces.size() + 1];
    for (int i = 0; i < pieces.size(); i++) {
      firsts[i + 1] = firsts[i] + directory.count("lists of a piece", PostingsWriter.MAX_LISTS);
    }
    bitmaps = PieceList.read(directory);
    cache = new AtomicReferenceArray<>(pieces.size());
  }

  /** The lists of one piece: of each its head, and where its body begins and ends in the bytes. */
  private record Lists(
      byte[] bytes, int[] forms, int[] cardinalities, int[] numbers, int[] ends, Piece piece) {}

  /** Number of lists; 0 where the block stores none. */
  int count() {
    return firsts[pieces.size()];
  }

  int pieceCount() {
    return pieces.size();
  }

  long storedBytes() {
    return pieces.storedBytes() + bitmaps.storedBytes();
  }

  private int pieceOf(int valueId) {
    int found = Arrays.binarySearch(firsts, valueId);
    return found >= 0 ? found : -found - 2;
  }

  @Override
  public int cardinality(int valueId) {
    int piece = pieceOf(valueId);
    return lists(piece).cardinalities[valueId - firsts[piece]];
  }

  @Override
  public void addTo(MutableRoaringBitmap set, int valueId) {
    int piece = pieceOf(valueId);
    Lists lists = lists(piece);
    int i = valueId - firsts[piece];
    if (lists.forms[i] == PostingsWriter.BITMAP) {
      set.or(bitmap(lists.numbers[i]));
    } else {
      addTo(set, lists, i);
    }
  }

  @Override
  public MutableRoaringBitmap list(int valueId) {
    int piece = pieceOf(valueId);
    Lists lists = lists(piece);
    int i = valueId - firsts[piece];
    return lists.forms[i] == PostingsWriter.BITMAP
        ? bitmap(lists.numbers[i]).toMutableRoaringBitmap()
        : Postings.super.list(valueId);
  }

  private void addTo(MutableRoaringBitmap set, Lists lists, int i) {
    int from = i == 0 ? lists.ends[lists.ends.length - 1] : lists.ends[i - 1];
    ByteSource in =
        new ByteSource(lists.bytes, from, lists.ends[i], reader.file(), lists.piece.offset());
    int left = lists.cardinalities[i];
    long next = 0;
    while (left > 0) {
      next += in.count("a gap", seriesCount);
      int run = lists.forms[i] == PostingsWriter.RUNS ? in.count("a run", left - 1L) + 1 : 1;
      if (next + run > seriesCount) {
        throw in.damaged("series below %d".formatted(seriesCount), "%d".formatted(next + run - 1));
      }
      if (run == 1) {
        set.add((int) next);
      } else {
        set.add(next, next + run);
      }
      next += run;
      left -= run;
    }
    in.expectEnd();
  }

  /**
   * A bitmap that is one throughout: Roaring takes what it is given on trust, and so do readers.
   */
  private ImmutableRoaringBitmap bitmap(int number) {
    Piece piece = bitmaps.get(number);
    ByteBuffer bytes = reader.view(piece);
    try {
      ImmutableRoaringBitmap bitmap = new ImmutableRoaringBitmap(bytes);
      if (!bitmap.isEmpty()
          && bitmap.validate()
          && Integer.compareUnsigned(bitmap.last(), seriesCount) < 0) {
        return bitmap;
      }
    } catch (IndexOutOfBoundsException
        | IllegalArgumentException
        | BufferUnderflowException
        | InvalidRoaringFormat e) {
      // What Roaring throws on bytes that are no bitmap though their checksum is right.
    }
    throw new Corruption(
        reader.file(),
        piece.offset(),
        "a bitmap of series below %d".formatted(seriesCount),
        "other bytes");
  }

  private Lists lists(int piece) {
    SoftReference<Lists> cached = cache.get(piece);
    Lists lists = cached == null ? null : cached.get();
    if (lists == null) {
      lists = unpack(piece);
      cache.set(piece, new SoftReference<>(lists));
    }
    return lists;
  }

  private Lists unpack(int index) {
    Piece piece = pieces.get(index);
    ByteSource in = Packed.read(reader.read(piece), MAX_PIECE_BYTES);
    int count = firsts[index + 1] - firsts[index];
    int[] forms = new int[count];
    int[] cardinalities = new int[count];
    int[] numbers = new int[count];
    // The last entry is where the first body begins.
    int[] ends = new int[count + 1];
    for (int i = 0; i < count; i++) {
      long head = in.varint();
      forms[i] = (int) head & (1 << PostingsWriter.FORM_BITS) - 1;
      long cardinality = head >>> PostingsWriter.FORM_BITS;
      if (cardinality < 1 || cardinality > seriesCount || forms[i] > PostingsWriter.BITMAP) {
        throw in.damaged("a list of 1 to %d series".formatted(seriesCount), "another head");
      }
      cardinalities[i] = (int) cardinality;
      numbers[i] =
          forms[i] == PostingsWriter.BITMAP
              ? in.count("a bitmap", bitmaps.size() - 1L)
              : in.count("a list length", in.remaining());
    }
    ends[count] = in.position();
    for (int i = 0; i < count; i++) {
      in.skip(forms[i] == PostingsWriter.BITMAP ? 0 : numbers[i]);
      ends[i] = in.position();
    }
    in.expectEnd();
    return new Lists(in.array(), forms, cardinalities, numbers, ends, piece);
  }

  /** Reads every list of a piece; throws where one is not as it has to be. */
  void verify(int piece) {
    for (int i = firsts[piece]; i < firsts[piece + 1]; i++) {
      int found = list(i).getCardinality();
      if (cardinality(i) != found) {
        throw new Corruption(
            reader.file(),
            pieces.get(piece).offset(),
            "%d series".formatted(cardinality(i)),
            "%d".formatted(found));
      }
    }
  }
}
