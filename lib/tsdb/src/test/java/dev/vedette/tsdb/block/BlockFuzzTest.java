package dev.vedette.tsdb.block;

import dev.vedette.model.Corruption;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.testkit.Fuzz;
import dev.vedette.testkit.SimFiles;
import dev.vedette.tsdb.encode.ByteSink;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever bytes a block or a small file has behind right checksums, they are read or reported. */
class BlockFuzzTest {
  private static final Path FILE = Path.of("/blocks/01K73GZ8G0VEDETTEG0DENC0DE.tsb");
  private final SimFiles files = SimFiles.seeded(1);

  /** The golden blocks with other bytes here and there. */
  @ParameterizedTest
  @Execution(ExecutionMode.SAME_THREAD) // One page in memory is enough.
  @ValueSource(strings = {"01K73GZ8G0VEDETTEG0DENC0DE", "01K73GZ8G0VEDETTEG0DENH1ST"})
  void blocks(String golden) throws Exception {
    blocks(golden, 600, damages -> readWhatever(damages, TestSeries.all()));
  }

  /** 17,000 series, so that posting lists are stored; read by those alone, which is quicker. */
  @Test
  @Execution(ExecutionMode.SAME_THREAD)
  void blocksWithPostingLists() throws Exception {
    blocks("01K73GZ8G0VEDETTEG0DENP0ST", 100, this::findWhatever);
  }

  private void blocks(String golden, int mutations, Reading reading) throws Exception {
    byte[] sound =
        Files.readAllBytes(Path.of("src/test/resources/golden/block-v1", golden + ".tsb"));
    edits("block-" + golden.substring(golden.length() - 4), sound, mutations, reading);
  }

  @Test
  @Execution(ExecutionMode.SAME_THREAD)
  void blocksOfTiers() throws Exception {
    byte[] sound = files.bytes(TierBlocks.write(files, Path.of("/tier")));
    edits("block-tier", sound, 600, damages -> readWhatever(damages, TierBlocks.ALL));
  }

  private interface Reading {
    void read(Set<String> damages) throws IOException;
  }

  /** An input is a run of edits of three bytes: two say where, one what to put there. */
  private void edits(String name, byte[] sound, int mutations, Reading reading) throws Exception {
    files.createFolders(FILE.getParent());
    SealedPieces pieces = new SealedPieces(sound);
    Fuzz.of(name)
        .seed(new byte[] {0, 26, 1})
        .seed(new byte[] {1, 3, 7, 2, 9, 2})
        // A page may say that it has as many samples as one may have, and is decoded as a whole.
        .mostBytes(512 << 20)
        .learn(
            mutations,
            input -> {
              files.put(FILE, edited(sound, pieces, input));
              Set<String> damages = new HashSet<>();
              reading.read(damages);
              return damages;
            });
  }

  private static byte[] edited(byte[] sound, SealedPieces pieces, byte[] edits) {
    byte[] bytes = sound.clone();
    for (int i = 0; i + 2 < edits.length && i < 300; i += 3) {
      int at = ((edits[i] & 0xff) << 8 | edits[i + 1] & 0xff) % bytes.length;
      bytes[at] = edits[i + 2];
    }
    pieces.seal(bytes);
    return bytes;
  }

  private void readWhatever(Set<String> damages, Selection all) throws IOException {
    try (Block block = Block.open(files, FILE, damage -> damages.add(Fuzz.shape(reason(damage))))) {
      block.verify();
      SeriesBatch batch = new SeriesBatch();
      try (SeriesCursor cursor = block.select(all)) {
        while (cursor.next(batch)) {
          // Whatever it may be.
        }
      }
      for (String name : block.labelNames(TestSeries.all())) {
        block.labelValues(name, TestSeries.all(LabelMatcher.equal("instance", "a")));
      }
    }
  }

  private void findWhatever(Set<String> damages) throws IOException {
    try (Block block = Block.open(files, FILE, _ -> {})) {
      block.verify().forEach(damage -> damages.add(Fuzz.shape(reason(damage))));
      for (String name : block.labelNames(TestSeries.all())) {
        block.countSeries(name, (_, _) -> {});
        block.seriesCount(List.of(new LabelMatcher(LabelMatcher.Type.REGEX, name, "1.*|m.*")));
      }
    }
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
              file.fixed32(SealedPieces.crc(file.toBytes(), 0, file.size()));
              decoder.decode(file.toBytes());
            });
  }
}
