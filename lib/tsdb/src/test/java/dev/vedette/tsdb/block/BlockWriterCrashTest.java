package dev.vedette.tsdb.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vedette.testkit.SimFiles;
import dev.vedette.tsdb.block.TestSeries.One;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** A block is there whole or not at all, wherever the writer was stopped. */
class BlockWriterCrashTest {
  private static final Path FOLDER = Path.of("/blocks");

  private final List<One> series =
      TestSeries.sorted(new RandomSeries(new SplittableRandom(3)).series(100, 40));

  @Test
  void afterACutOfThePowerTheBlockIsWholeOrAbsent() throws IOException {
    boolean finished = false;
    for (int call = 0; !finished; call++) {
      SimFiles disk = SimFiles.seeded(call);
      disk.createFolders(FOLDER);
      disk.syncFolder(FOLDER.getParent());
      disk.cutPowerAt(call);
      try {
        write(disk);
        finished = true;
      } catch (IOException e) {
        // The power went; what counts is what is found afterwards.
      }

      SimFiles found = disk.crash();

      BlockFiles.deleteUnfinished(found, FOLDER);
      List<Path> blocks = BlockFiles.list(found, FOLDER);
      assertThat(found.list(FOLDER)).isEqualTo(blocks);
      assertThat(blocks.size()).isBetween(finished ? 1 : 0, 1);
      for (Path block : blocks) {
        try (Block open = TestSeries.open(found, block)) {
          TestSeries.assertSame(series, TestSeries.drain(open.readAll()));
        }
      }
    }
  }

  @Test
  void aFullDiskLeavesNothingBehind() throws IOException {
    SimFiles disk = SimFiles.seeded(1);
    disk.createFolders(FOLDER);
    disk.limitBytes(1000);

    assertThatThrownBy(() -> write(disk)).isInstanceOf(IOException.class);

    assertThat(disk.list(FOLDER)).isEmpty();
  }

  private void write(SimFiles disk) throws IOException {
    new BlockWriter(disk)
        .write(FOLDER, TestSeries.spec(), TestSeries.source(series), BlockProgress.NONE);
  }
}
