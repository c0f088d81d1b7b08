package dev.vedette.tsdb.index;

import dev.vedette.model.Utf8;
import dev.vedette.tsdb.encode.ByteSource;
import dev.vedette.tsdb.encode.Packed;
import dev.vedette.tsdb.encode.PieceList;
import dev.vedette.tsdb.encode.PieceReader;
import java.lang.ref.SoftReference;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The values of all labels by number: those of the first label sorted, then those of the second,
 * and so on. A piece is unpacked when one of its strings is first asked for, and kept while memory
 * lasts. Thread-safe.
 */
final class Strings {
  private static final int MAX_PIECE_BYTES = 64 << 20;

  private final PieceReader reader;
  private final PieceList pieces;
  // Number of the first string of each piece, and of the one behind the last.
  private final int[] firsts;
  private final AtomicReferenceArray<@Nullable SoftReference<String[]>> cache;

  private Strings(PieceReader reader, PieceList pieces, int[] firsts) {
    this.reader = reader;
    this.pieces = pieces;
    this.firsts = firsts;
    this.cache = new AtomicReferenceArray<>(pieces.size());
  }

  static Strings open(PieceReader reader, ByteSource directory, int stringCount) {
    PieceList pieces = PieceList.read(directory);
    int[] firsts = new int[pieces.size() + 1];
    for (int i = 0; i < pieces.size(); i++) {
      firsts[i + 1] = firsts[i] + directory.count("strings of a piece", StringsWriter.MAX_STRINGS);
    }
    if (firsts[pieces.size()] != stringCount) {
      throw directory.damaged(
          "%d label values".formatted(stringCount), "%d".formatted(firsts[pieces.size()]));
    }
    return new Strings(reader, pieces, firsts);
  }

  PieceList pieces() {
    return pieces;
  }

  String get(int number) {
    int found = Arrays.binarySearch(firsts, number);
    int piece = found >= 0 ? found : -found - 2;
    return piece(piece)[number - firsts[piece]];
  }

  /** First number in a sorted range whose string is not below the text. */
  int lowerBound(int from, int to, String text) {
    int low = from;
    int high = to;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (Utf8.compare(get(middle), text) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** Unpacks and checks every piece. */
  String[] piece(int piece) {
    SoftReference<String[]> cached = cache.get(piece);
    String[] strings = cached == null ? null : cached.get();
    if (strings == null) {
      strings = unpack(piece);
      cache.set(piece, new SoftReference<>(strings));
    }
    return strings;
  }

  private String[] unpack(int piece) {
    ByteSource in = Packed.read(reader.read(pieces.get(piece)), MAX_PIECE_BYTES);
    int count = firsts[piece + 1] - firsts[piece];
    int[] shared = new int[count];
    int[] lengths = new int[count];
    for (int i = 0; i < count; i++) {
      shared[i] = in.count("a shared length", i == 0 ? 0 : MAX_PIECE_BYTES);
    }
    for (int i = 0; i < count; i++) {
      lengths[i] = in.count("a text length", in.remaining());
    }
    String[] strings = new String[count];
    byte[] text = new byte[256];
    int length = 0;
    for (int i = 0; i < count; i++) {
      if (shared[i] > length) {
        throw in.damaged("a shared length of at most %d".formatted(length), "" + shared[i]);
      }
      length = shared[i] + lengths[i];
      if (length > text.length) {
        text = Arrays.copyOf(text, length * 2);
      }
      int from = in.position();
      in.skip(lengths[i]);
      System.arraycopy(in.array(), from, text, shared[i], lengths[i]);
      strings[i] = new ByteSource(text, 0, length, in.file(), in.fileOffset()).text(length);
    }
    in.expectEnd();
    return strings;
  }
}
