package dev.vedette.tsdb.block;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.BucketColumn;
import dev.vedette.model.BucketColumns;
import dev.vedette.model.Corruption;
import dev.vedette.model.Labels;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.testkit.SimFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A block of a tier, of floats and histograms: what is damaged is noticed and never shown. */
class TierBlockDamageTest {
  private static final Path FOLDER = Path.of("/blocks");
  // Of each piece; fuzzing goes on from there.
  private static final int MOST_ROUNDS = 40;

  private final SimFiles files = SimFiles.seeded(1);
  private Path file = FOLDER;
  private byte[] sound = {};
  private Map<Labels, String> all = Map.of();

  @BeforeEach
  void writeBlock() throws IOException {
    file = TierBlocks.write(files, FOLDER);
    sound = files.bytes(file);
    List<Corruption> told = new ArrayList<>();
    all = read(told);
    assertThat(told).isEmpty();
    assertThat(all).hasSize(3);
    assertThat(all.values()).anyMatch(text -> text.contains("schema"));
  }

  @Test
  void aFlippedBitAnywhereIsFoundAndNeverGivesOtherBuckets() throws IOException {
    SplittableRandom random = new SplittableRandom(5);
    for (int offset = 0; offset < sound.length; offset++) {
      byte[] damaged = sound.clone();
      damaged[offset] ^= (byte) (1 << random.nextInt(8));
      files.put(file, damaged);
      List<Corruption> told = new ArrayList<>();

      Map<Labels, String> found = read(told);

      assertThat(told).as("flip at offset %d", offset).isNotEmpty();
      assertThat(told.getFirst().file()).isEqualTo(file.toString());
      assertThat(all.entrySet()).containsAll(found.entrySet());
    }
  }

  @Test
  void aBlockCutAnywhereDoesNotOpen() throws IOException {
    for (int length = 0; length < sound.length; length++) {
      files.put(file, Arrays.copyOf(sound, length));
      List<Corruption> told = new ArrayList<>();

      assertThat(read(told)).isEmpty();

      assertThat(told).as("cut at %d", length).hasSize(1);
    }
  }

  @Test
  void wrongBytesUnderARightChecksumAreCorruptionOrOtherBucketsButNothingWorse()
      throws IOException {
    SplittableRandom random = new SplittableRandom(13);
    SealedPieces pieces = new SealedPieces(sound);
    assertThat(pieces.ranges()).hasSizeGreaterThan(7);
    for (SealedPieces.Range piece : pieces.ranges()) {
      for (int round = 0; round < Math.min(piece.length(), MOST_ROUNDS); round++) {
        byte[] damaged = sound.clone();
        for (int changes = random.nextInt(3); changes >= 0; changes--) {
          damaged[piece.from() + random.nextInt(piece.length())] = (byte) random.nextInt(256);
        }
        pieces.seal(damaged);
        files.put(file, damaged);
        List<Corruption> told = new ArrayList<>();

        read(told);

        assertThat(told).allMatch(damage -> damage.file().equals(file.toString()));
      }
    }
  }

  /** All that can be read; what cannot is told. */
  private Map<Labels, String> read(List<Corruption> told) throws IOException {
    Map<Labels, String> found = new TreeMap<>();
    try (Block block = Block.open(files, file, told::add);
        SeriesCursor cursor = block.select(TierBlocks.ALL)) {
      told.addAll(block.verify());
      SeriesBatch batch = new SeriesBatch();
      while (cursor.next(batch)) {
        for (int i = 0; i < batch.count(); i++) {
          found.put(batch.labels(i), text(batch, i));
        }
      }
    } catch (Corruption corruption) {
      told.add(corruption);
    }
    return found;
  }

  private static String text(SeriesBatch batch, int series) {
    int size = batch.size(series);
    BucketColumns columns = batch.buckets(series);
    if (columns == null) {
      return "no buckets";
    }
    StringBuilder text = new StringBuilder();
    text.append(Arrays.toString(Arrays.copyOf(batch.timestamps(series), size)));
    text.append(Arrays.toString(Arrays.copyOf(batch.values(series), size)));
    text.append(Arrays.toString(batch.histograms(series)));
    for (BucketColumn column : BucketColumn.values()) {
      text.append(Arrays.toString(Arrays.copyOf(columns.get(column), size)));
    }
    text.append(Arrays.toString(columns.histograms(BucketColumn.FIRST)));
    text.append(Arrays.toString(columns.histograms(BucketColumn.SUM)));
    return text.toString();
  }
}
