package dev.vedette.tsdb.block;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.Corruption;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.model.Selection;
import dev.vedette.testkit.SimFiles;
import dev.vedette.tsdb.block.TestSeries.One;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every damaged byte of a block is noticed, and costs no more than its own page. */
class BlockDamageTest {
  private static final Path FOLDER = Path.of("/blocks");

  private final SimFiles files = SimFiles.seeded(1);
  private final BlockSpec spec = TestSeries.spec();
  private final Path file = BlockFiles.file(FOLDER, spec.id());
  private final List<One> series =
      TestSeries.sorted(new RandomSeries(new SplittableRandom(3)).series(70, 10));
  private byte[] sound = {};

  @BeforeEach
  void writeBlock() throws IOException {
    files.createFolders(FOLDER);
    TestSeries.write(files, FOLDER, spec, series).close();
    sound = files.bytes(file);
  }

  @Test
  void aFlippedBitAnywhereIsFoundAndNeverGivesOtherSamples() throws IOException {
    SplittableRandom random = new SplittableRandom(5);
    for (int offset = 0; offset < sound.length; offset++) {
      byte[] damaged = sound.clone();
      damaged[offset] ^= (byte) (1 << random.nextInt(8));
      files.put(file, damaged);

      List<Corruption> told = readEverything();

      assertThat(told).as("flip at offset %d", offset).isNotEmpty();
      assertThat(told.getFirst().file()).isEqualTo(file.toString());
      assertThat(told.getFirst().offset()).isBetween(0L, (long) sound.length);
    }
  }

  @Test
  void aBlockCutAnywhereDoesNotOpen() throws IOException {
    for (int length = 0; length < sound.length; length++) {
      files.put(file, Arrays.copyOf(sound, length));

      List<Corruption> told = readEverything();

      assertThat(told).as("cut at %d", length).hasSize(1);
    }
  }

  @Test
  void randomBytesAreNoBlock() throws IOException {
    SplittableRandom random = new SplittableRandom(9);
    for (int i = 0; i < 200; i++) {
      byte[] bytes = new byte[random.nextInt(500)];
      random.nextBytes(bytes);
      files.put(file, bytes);

      assertThat(readEverything()).hasSize(1);
    }
  }

  @Test
  void wrongBytesUnderARightChecksumAreCorruptionOrOtherSamplesButNothingWorse()
      throws IOException {
    SplittableRandom random = new SplittableRandom(13);
    SealedPieces pieces = new SealedPieces(sound);
    assertThat(pieces.ranges()).hasSizeGreaterThan(7);
    for (SealedPieces.Range piece : pieces.ranges()) {
      for (int round = 0; round < piece.length(); round++) {
        byte[] damaged = sound.clone();
        for (int flips = random.nextInt(3); flips >= 0; flips--) {
          damaged[piece.from() + random.nextInt(piece.length())] = (byte) random.nextInt(256);
        }
        pieces.seal(damaged);
        files.put(file, damaged);
        readWhatever();
      }
    }
  }

  /** Reads everything; only damage may be thrown, and none of it has to. */
  private void readWhatever() throws IOException {
    try (Block block = Block.open(files, file, corruption -> {})) {
      block.verify();
      TestSeries.drain(block.readAll());
      for (String name : block.labelNames(TestSeries.all())) {
        block.labelValues(name, TestSeries.all(LabelMatcher.equal("x", "1")));
      }
    } catch (Corruption expected) {
      assertThat(expected.file()).isEqualTo(file.toString());
    }
  }

  @Test
  void aDamagedPageCostsOnlyItsOwnSeries() throws IOException {
    List<One> separate = new ArrayList<>();
    SplittableRandom random = new SplittableRandom(11);
    for (int i = 0; i < 640; i++) {
      double[] values = random.doubles(20).toArray();
      separate.add(One.of(Labels.of("__name__", "m", "i", "" + i), TestSeries.regular(20), values));
    }
    files.delete(file);
    TestSeries.write(files, FOLDER, spec, separate).close();
    // Values make up most of the file, so the middle is a page.
    files.flipBit(file, files.size(file) / 2, 3);

    List<Corruption> told = new ArrayList<>();
    try (Block block = Block.open(files, file, told::add)) {
      assertThat(TestSeries.drain(block.readAll())).hasSize(640 - 64);
      assertThat(block.verify()).hasSize(1);
    }
    assertThat(told).hasSize(1);
  }

  /**
   * Reads all there is; checks what comes against the original; returns what was told or thrown.
   */
  private List<Corruption> readEverything() throws IOException {
    List<Corruption> told = new ArrayList<>();
    try (Block block = Block.open(files, file, told::add)) {
      told.addAll(block.verify());
      checkSamples(block);
      for (String name : block.labelNames(TestSeries.all())) {
        block.labelValues(name, TestSeries.all());
        block.labelValues(name, TestSeries.all(LabelMatcher.equal("x", "1")));
      }
      block
          .select(
              new Selection(
                  List.of(new LabelMatcher(LabelMatcher.Type.REGEX, "__name__", "m1.*")), 0, 1))
          .close();
    } catch (Corruption corruption) {
      told.add(corruption);
    }
    return told;
  }

  private void checkSamples(Block block) {
    int next = 0;
    for (One found : TestSeries.drain(block.readAll())) {
      while (!series.get(next).labels().equals(found.labels())) {
        next++;
      }
      assertThat(found.timestamps()).isEqualTo(series.get(next).timestamps());
      assertThat(found.bits()).isEqualTo(series.get(next).bits());
    }
  }
}
