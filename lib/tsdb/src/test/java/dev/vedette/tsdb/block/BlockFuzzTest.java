package dev.vedette.tsdb.block;

import dev.vedette.model.Corruption;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.testkit.Fuzz;
import dev.vedette.testkit.SimFiles;
import dev.vedette.tsdb.encode.ByteSink;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever bytes a block or a small file has behind right checksums, they are read or reported. */
class BlockFuzzTest {
  private static final Path FILE = Path.of("/blocks/01K73GZ8G0VEDETTEG0DENC0DE.tsb");
  private final SimFiles files = SimFiles.seeded(1);

  /**
   * The golden blocks with other bytes here and there. An input is a run of edits of three bytes:
   * where, in steps of an odd number that differs from input to input, and what to put there.
   */
  @ParameterizedTest
  @Execution(ExecutionMode.SAME_THREAD) // One page in memory is enough.
  @ValueSource(strings = {"01K73GZ8G0VEDETTEG0DENC0DE", "01K73GZ8G0VEDETTEG0DENH1ST"})
  void blocks(String golden) throws Exception {
    files.createFolders(Path.of("/blocks"));
    byte[] sound =
        Files.readAllBytes(Path.of("src/test/resources/golden/block-v1", golden + ".tsb"));
    List<int[]> pieces = pieces(sound);
    Fuzz.of("block-" + golden.substring(golden.length() - 4))
        .seed(new byte[] {0, 26, 1})
        .seed(new byte[] {1, 3, 7, 2, 9, 2})
        // A page may say that it has as many samples as one may have, and is decoded as a whole.
        .mostBytes(512 << 20)
        .learn(
            600,
            input -> {
              files.put(FILE, edited(sound, pieces, input));
              return readWhatever();
            });
  }

  private static byte[] edited(byte[] sound, List<int[]> pieces, byte[] edits) {
    byte[] bytes = sound.clone();
    for (int i = 0; i + 2 < edits.length && i < 300; i += 3) {
      int at = ((edits[i] & 0xff) << 8 | edits[i + 1] & 0xff) % bytes.length;
      bytes[at] = edits[i + 2];
    }
    for (int[] piece : pieces) {
      int crc = crc(bytes, piece[0], piece[1]);
      for (int i = 0; i < 4; i++) {
        bytes[piece[0] + piece[1] + i] = (byte) (crc >>> 8 * i);
      }
    }
    return bytes;
  }

  /** Offset and length of each, found by their checksums: they fill the file without a gap. */
  private static List<int[]> pieces(byte[] sound) {
    List<int[]> pieces = new ArrayList<>();
    int from = Footer.HEAD_BYTES;
    while (from < sound.length - Footer.TAIL_BYTES) {
      int length = 1;
      while (crc(sound, from, length) != stored(sound, from + length)) {
        length++;
      }
      pieces.add(new int[] {from, length});
      from += length + 4;
    }
    return pieces;
  }

  private static int stored(byte[] bytes, int at) {
    return bytes[at] & 0xff
        | (bytes[at + 1] & 0xff) << 8
        | (bytes[at + 2] & 0xff) << 16
        | bytes[at + 3] << 24;
  }

  private static int crc(byte[] bytes, int from, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, length);
    return (int) crc.getValue();
  }

  private Set<String> readWhatever() throws IOException {
    Set<String> damages = new HashSet<>();
    try (Block block = Block.open(files, FILE, damage -> damages.add(Fuzz.shape(reason(damage))))) {
      block.verify();
      SeriesBatch batch = new SeriesBatch();
      try (SeriesCursor cursor = block.select(TestSeries.all())) {
        while (cursor.next(batch)) {
          // Whatever it may be.
        }
      }
      for (String name : block.labelNames(TestSeries.all())) {
        block.labelValues(name, TestSeries.all(LabelMatcher.equal("instance", "a")));
      }
    }
    return damages;
  }

  private static String reason(Corruption damage) {
    return String.valueOf(damage.getMessage());
  }

  @Test
  void tombstones() throws Exception {
    Deletion deletion =
        new Deletion(
            List.of(
                LabelMatcher.equal("__name__", "up"),
                new LabelMatcher(LabelMatcher.Type.REGEX, "job", "a|b.*")),
            1,
            2);
    Tombstones some = Tombstones.NONE.with(deletion, Set.of(GoldenBlocks.CODECS));
    small("tombstones", TombstoneFile.encode(some), bytes -> TombstoneFile.decode(bytes, FILE));
  }

  @Test
  void times() throws Exception {
    small(
        "kept",
        KeptFile.encode(Map.of(0L, 1_700_000_000_000L, 60_000L, 5L)),
        bytes -> KeptFile.decode(bytes, FILE));
  }

  private interface Decoder {
    Object decode(byte[] bytes);
  }

  /** What is between magic and checksum. */
  private static void small(String name, byte[] whole, Decoder decoder) throws Exception {
    byte[] body = Arrays.copyOfRange(whole, 8, whole.length - 4);
    Fuzz.of(name)
        .seed(body)
        .withRegexes()
        .run(
            5_000,
            input -> {
              ByteSink file = new ByteSink();
              file.raw(whole, 0, 8).raw(input);
              file.fixed32(crc(file.toBytes(), 0, file.size()));
              decoder.decode(file.toBytes());
            });
  }
}
