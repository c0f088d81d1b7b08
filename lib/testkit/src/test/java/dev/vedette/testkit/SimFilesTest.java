package dev.vedette.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vedette.model.FileStore;
import dev.vedette.testkit.SimFiles.Operation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SimFilesTest extends FileStoreContract {
  private static final Path FOLDER = Path.of("/data");
  private static final Path FILE = FOLDER.resolve("f");
  private final SimFiles disk = SimFiles.seeded(1);

  @BeforeEach
  void makeFolder() throws IOException {
    disk.createFolders(FOLDER);
    disk.syncFolder(Path.of("/"));
  }

  @Override
  protected FileStore files() {
    return disk;
  }

  @Override
  protected Path folder() {
    return FOLDER;
  }

  @Test
  void forcedBytesSurviveAndUnforcedOnesSurviveInPart() throws IOException {
    FileStore.AppendFile out = disk.create(FILE);
    disk.syncFolder(FOLDER);
    write(out, "forced");
    out.force();
    write(out, "12345");

    Set<String> found = new TreeSet<>();
    for (int seed = 0; seed < 500; seed++) {
      found.add(text(disk.afterCrash(seed), FILE).replace('\0', '0'));
    }

    assertThat(found).allMatch(text -> text.startsWith("forced"));
    assertThat(found)
        .contains("forced", "forced1", "forced12345", "forced00000", "forced12000")
        .doesNotContain("forced2");
  }

  @Test
  void aCutThatWasNotForcedMayComeBack() throws IOException {
    FileStore.AppendFile out = disk.create(FILE);
    disk.syncFolder(FOLDER);
    write(out, "abcdef");
    out.force();
    disk.append(FILE, 2);

    Set<String> found = new TreeSet<>();
    for (int seed = 0; seed < 50; seed++) {
      found.add(text(disk.afterCrash(seed), FILE));
    }

    assertThat(found).containsExactlyInAnyOrder("ab", "abcdef");
  }

  @Test
  void namesSurviveOnceTheirFolderIsSynced() throws IOException {
    disk.create(FOLDER.resolve("synced")).close();
    disk.syncFolder(FOLDER);
    disk.create(FOLDER.resolve("new")).close();
    disk.rename(FOLDER.resolve("synced"), FOLDER.resolve("renamed"));

    Set<String> found = new TreeSet<>();
    for (int seed = 0; seed < 100; seed++) {
      found.add(disk.afterCrash(seed).list(FOLDER).toString());
    }

    assertThat(found)
        .containsExactlyInAnyOrder(
            "[/data/synced]",
            "[/data/new, /data/synced]",
            "[/data/renamed]",
            "[/data/new, /data/renamed]");
  }

  @Test
  void aRenameBetweenFoldersIsDoneInBothOrInNone() throws IOException {
    Path other = Path.of("/other");
    disk.createFolders(other);
    disk.syncFolder(Path.of("/"));
    disk.create(FILE).close();
    disk.syncFolder(FOLDER);
    disk.rename(FILE, other.resolve("f"));

    for (int seed = 0; seed < 50; seed++) {
      SimFiles found = disk.afterCrash(seed);
      assertThat(found.exists(FILE)).isNotEqualTo(found.exists(other.resolve("f")));
    }
  }

  @Test
  void aCrashEndsTheOldDisk() throws IOException {
    FileStore.AppendFile out = disk.create(FILE);
    disk.crash();
    assertThatThrownBy(() -> write(out, "x")).hasMessage("the power is off");
    assertThatThrownBy(() -> disk.list(FOLDER)).hasMessage("the power is off");
  }

  @Test
  void theCallsFromACutOnFail() throws IOException {
    disk.cutPowerAt(1);
    FileStore.AppendFile out = disk.create(FILE);
    assertThatThrownBy(() -> write(out, "x")).hasMessage("the power is off");
    assertThatThrownBy(out::force).hasMessage("the power is off");
  }

  @Test
  void chosenCallsFailUntilHealed() throws IOException {
    FileStore.AppendFile out = disk.create(FILE);
    disk.failOn(call -> call.operation() == Operation.FORCE, new IOException("bad sector"));
    write(out, "x");
    assertThatThrownBy(out::force).hasMessage("bad sector");
    disk.heal();
    out.force();
  }

  @Test
  void aFullDiskTakesWhatFitsAndSaysSo() throws IOException {
    disk.limitBytes(4);
    FileStore.AppendFile out = disk.create(FILE);
    assertThatThrownBy(() -> write(out, "123456")).hasMessage("No space left on device");
    assertThat(text(disk, FILE)).isEqualTo("1234");
    assertThat(disk.usableBytes(FOLDER)).isZero();
    disk.limitBytes(100);
    write(out, "5");
    assertThat(text(disk, FILE)).isEqualTo("12345");
  }

  @Test
  void aTornWriteLosesItsEndOnly() throws IOException {
    FileStore.AppendFile out = disk.create(FILE);
    write(out, "whole");
    write(out, "torn");
    out.force();
    disk.tearLastWrite();
    assertThat(text(disk, FILE)).startsWith("whole").hasSizeLessThan("wholetorn".length());
  }

  @Test
  void aFlippedBitIsReadFlipped() throws IOException {
    FileStore.AppendFile out = disk.create(FILE);
    write(out, "abc");
    disk.flipBit(FILE, 1, 0);
    assertThat(text(disk, FILE)).isEqualTo("acc");
  }

  private static void write(FileStore.AppendFile out, String text) throws IOException {
    out.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
  }

  private static String text(SimFiles disk, Path file) throws IOException {
    return new String(disk.bytes(file), StandardCharsets.UTF_8);
  }
}
