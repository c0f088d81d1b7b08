package dev.vedette.tsdb.block;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.BucketColumn;
import dev.vedette.model.BucketColumns;
import dev.vedette.model.Corruption;
import dev.vedette.model.Labels;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.model.TenantId;
import dev.vedette.testkit.SimFiles;
import dev.vedette.tsdb.tier.BucketCursor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A block of a tier, of floats and histograms: what is damaged is noticed and never shown. */
class TierBlockDamageTest {
  private static final Path FOLDER = Path.of("/blocks");
  private static final long MINUTE = 60_000;
  private static final Selection ALL =
      new Selection(List.of(), 0, Long.MAX_VALUE, MINUTE, EnumSet.allOf(BucketColumn.class));

  private final SimFiles files = SimFiles.seeded(1);
  private Path file = FOLDER;
  private byte[] sound = {};
  private Map<Labels, String> all = Map.of();

  @BeforeEach
  void writeBlock() throws IOException {
    files.createFolders(FOLDER);
    BlockSpec raw = TestSeries.spec();
    List<MixedSeries.One> series = MixedSeries.random(new SplittableRandom(3), 3, 15);
    new BlockWriter(files).write(FOLDER, raw, MixedSeries.source(series), BlockProgress.NONE);
    BlockSpec spec =
        new BlockSpec(
            TestSeries.spec(7).id(), TenantId.DEFAULT, 1, Long.MAX_VALUE, 1, List.of(), MINUTE);
    file = BlockFiles.file(FOLDER, spec.id());
    try (Block samples = Block.open(files, BlockFiles.file(FOLDER, raw.id()), _ -> {})) {
      new BlockWriter(files)
          .write(
              FOLDER,
              spec,
              new CursorSeries(new BucketCursor(samples.select(ALL.raw()), MINUTE, ALL.columns())),
              BlockProgress.NONE);
    }
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

  /** All that can be read; what cannot is told. */
  private Map<Labels, String> read(List<Corruption> told) throws IOException {
    Map<Labels, String> found = new TreeMap<>();
    try (Block block = Block.open(files, file, told::add);
        SeriesCursor cursor = block.select(ALL)) {
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
    BucketColumns columns = Objects.requireNonNull(batch.buckets(series));
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
