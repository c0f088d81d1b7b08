package dev.vedette.tsdb.encode;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class VectorsTest {
  @Test
  void vectorsAndPartsOfThemAreFoundOverManyPieces() throws IOException {
    SplittableRandom random = new SplittableRandom(3);
    ByteSink file = new ByteSink();
    VectorsWriter writer = new VectorsWriter(payload -> append(file, payload));
    List<long[]> vectors = new ArrayList<>();
    long[] whole = {};
    for (int i = 0; i < 64 * 70; i++) {
      if (i % 50 == 0) {
        whole = new long[40];
        for (int j = 1; j < whole.length; j++) {
          whole[j] = whole[j - 1] + 1 + random.nextInt(1000);
        }
      }
      int from = random.nextInt(20);
      long[] vector = Arrays.copyOfRange(whole, from, from + 1 + random.nextInt(20));
      int id = writer.idOf(vector, vector.length);
      if (id == vectors.size()) {
        vectors.add(vector);
      }
      assertThat(vectors.get(id)).isEqualTo(vector);
      assertThat(writer.idOf(vector, vector.length)).isEqualTo(id);
    }
    ByteSink directory = new ByteSink();
    writer.finish(directory);

    try (Arena arena = Arena.ofConfined()) {
      MemorySegment mapped = arena.allocate(file.size());
      MemorySegment.copy(file.array(), 0, mapped, ValueLayout.JAVA_BYTE, 0, file.size());
      Vectors read =
          new Vectors(
              new PieceReader(mapped, "test"),
              new ByteSource(directory.array(), 0, directory.size(), "test", 0));

      assertThat(read.count()).isEqualTo(vectors.size());
      for (int i = vectors.size() - 1; i >= 0; i--) {
        assertThat(read.get(i)).isEqualTo(vectors.get(i));
      }
    }
  }

  private static Piece append(ByteSink file, ByteSink payload) {
    Piece piece = new Piece(file.size(), payload.size());
    CRC32C crc = new CRC32C();
    crc.update(payload.array(), 0, payload.size());
    file.raw(payload.array(), 0, payload.size()).fixed32((int) crc.getValue());
    return piece;
  }
}
