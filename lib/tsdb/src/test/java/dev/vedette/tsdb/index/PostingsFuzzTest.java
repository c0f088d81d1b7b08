package dev.vedette.tsdb.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.Corruption;
import dev.vedette.testkit.Fuzz;
import dev.vedette.tsdb.encode.ByteSink;
import dev.vedette.tsdb.encode.ByteSource;
import dev.vedette.tsdb.encode.Packed;
import dev.vedette.tsdb.encode.Piece;
import dev.vedette.tsdb.encode.PieceList;
import dev.vedette.tsdb.encode.PieceReader;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.roaringbitmap.RoaringBitmap;
import org.roaringbitmap.buffer.MutableRoaringBitmap;

/** Whatever posting lists hold behind right checksums, series of the block come out, or damage. */
class PostingsFuzzTest {
  private static final int SERIES = 140_000;
  private static final int MUTATIONS = 4_000;

  /** Lists in each of the forms, the last one as a bitmap. */
  private static final List<int[]> LISTS =
      List.of(
          new int[] {7},
          IntStream.range(0, 40).map(i -> i * i * 17 + 3).toArray(),
          IntStream.range(0, 2_000).map(i -> i / 500 * 9_000 + i).toArray(),
          new int[] {0, SERIES - 1},
          IntStream.range(0, 1 << 16)
              .filter(i -> Integer.bitCount(i * 0x9E37_79B9) % 2 == 0)
              .toArray());

  private final byte[] lists;
  private final byte[] bitmap;

  PostingsFuzzTest() throws IOException {
    List<byte[]> written = new ArrayList<>();
    PostingsWriter writer =
        new PostingsWriter(
            payload -> {
              written.add(payload.toBytes());
              return new Piece(100_000L * written.size(), payload.size());
            });
    for (int[] list : LISTS) {
      writer.add(list, 0, list.length);
    }
    writer.finish(new ByteSink());
    assertThat(written).as("a bitmap and a piece of lists").hasSize(2);
    bitmap = written.getFirst();
    byte[] packed = written.getLast();
    ByteSource unpacked = Packed.read(new ByteSource(packed, 0, packed.length, "test", 0), 1 << 20);
    lists =
        Arrays.copyOfRange(
            unpacked.array(), unpacked.position(), unpacked.position() + unpacked.remaining());
  }

  @Test
  void lists() throws Exception {
    assertThat(read(lists, bitmap)).containsExactly("sound");
    Fuzz.of("postings").seed(lists).learn(MUTATIONS, input -> read(input, bitmap));
  }

  /** Small ones, of runs, of values and of bits, since only short inputs are mutated on. */
  @Test
  void bitmaps() throws Exception {
    RoaringBitmap runs = RoaringBitmap.bitmapOfRange(100, 9_000);
    runs.add(70_000L, 140_000L);
    runs.runOptimize();
    RoaringBitmap values = RoaringBitmap.bitmapOf(1, 5, 66_000, 66_001, 139_999);
    RoaringBitmap mixed = RoaringBitmap.or(runs, values);
    for (int i = 9_001; i < 9_200; i += 3) {
      mixed.add(i);
    }
    Fuzz.of("postings-bitmap")
        .seed(bytes(runs))
        .seed(bytes(values))
        .seed(bytes(mixed))
        .seed(bitmap)
        .learn(MUTATIONS, input -> read(lists, input));
  }

  private static byte[] bytes(RoaringBitmap bitmap) {
    byte[] bytes = new byte[bitmap.serializedSizeInBytes()];
    bitmap.serialize(ByteBuffer.wrap(bytes));
    return bytes;
  }

  /** What reading all lists in all ways tells. */
  private static Set<String> read(byte[] lists, byte[] bitmap) {
    Set<String> met = new HashSet<>();
    try (Arena arena = Arena.ofConfined()) {
      StoredPostings postings = open(lists, bitmap, arena);
      attempt(met, () -> postings.verify(0));
      if (met.isEmpty()) {
        met.add("sound");
      }
      for (int i = 0; i < LISTS.size(); i++) {
        int value = i;
        attempt(met, () -> postings.cardinality(value));
        attempt(met, () -> assertOfTheBlock(postings.list(value)));
        attempt(
            met,
            () -> {
              MutableRoaringBitmap set = MutableRoaringBitmap.bitmapOf(1, 70_000);
              postings.addTo(set, value);
              assertOfTheBlock(set);
            });
      }
    }
    return met;
  }

  /** Nothing is looked up for a series that there is not. */
  private static void assertOfTheBlock(MutableRoaringBitmap set) {
    set.forEach(
        (int series) -> {
          if (series < 0 || series >= SERIES) {
            throw new AssertionError("there is no series %d".formatted(series));
          }
        });
  }

  private static void attempt(Set<String> met, Runnable read) {
    try {
      read.run();
    } catch (Corruption damage) {
      met.add(Fuzz.shape(String.valueOf(damage.getMessage())));
    }
  }

  /** As they lie in a block: the bitmap, then the piece of lists, and a directory of both. */
  private static StoredPostings open(byte[] lists, byte[] bitmap, Arena arena) {
    ByteSink file = new ByteSink();
    PieceList bitmaps = new PieceList();
    bitmaps.add(add(file, new ByteSink().raw(bitmap)));
    PieceList pieces = new PieceList();
    // Not compressed: what is changed would be the compression alone.
    pieces.add(add(file, new ByteSink().varint((long) lists.length << 1).raw(lists)));
    ByteSink directory = new ByteSink();
    pieces.write(directory);
    directory.varint(LISTS.size());
    bitmaps.write(directory);
    MemorySegment mapped = arena.allocate(file.size());
    MemorySegment.copy(file.array(), 0, mapped, ValueLayout.JAVA_BYTE, 0, file.size());
    return new StoredPostings(
        new PieceReader(mapped, "test"),
        new ByteSource(directory.array(), 0, directory.size(), "test", 0),
        SERIES);
  }

  private static Piece add(ByteSink file, ByteSink payload) {
    Piece piece = new Piece(file.size(), payload.size());
    CRC32C crc = new CRC32C();
    crc.update(payload.array(), 0, payload.size());
    file.raw(payload.array(), 0, payload.size()).fixed32((int) crc.getValue());
    return piece;
  }
}
