package dev.vedette.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vedette.model.FileStore;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What the machine's disk and the simulated one both do. A subclass gives an empty folder. */
public abstract class FileStoreContract {
  /** The disk. */
  protected abstract FileStore files();

  /** An empty folder of it, made anew for each test. */
  protected abstract Path folder();

  @Test
  void whatWasAppendedIsReadAtAnyPosition() throws IOException {
    Path file = folder().resolve("a");
    try (FileStore.AppendFile out = files().create(file)) {
      out.write(bytes("hello "));
      out.write(bytes("world"));
      assertThat(out.position()).isEqualTo(11);
      out.force();
    }
    assertThat(files().size(file)).isEqualTo(11);
    assertThat(read(file, 6, 3)).isEqualTo("wor");
    assertThat(read(file, 6, 100)).isEqualTo("world");
    assertThat(read(file, 11, 5)).isEmpty();
    assertThat(read(file, 500, 5)).isEmpty();
  }

  @Test
  void aMapHoldsTheWholeFile() throws IOException {
    Path file = write("a", "mapped");
    try (FileStore.ReadFile in = files().open(file);
        Arena arena = Arena.ofConfined()) {
      MemorySegment map = in.map(arena);
      assertThat(new String(map.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8))
          .isEqualTo("mapped");
      assertThat(map.isReadOnly()).isTrue();
    }
  }

  @Test
  void aMapOfAnEmptyFileIsEmpty() throws IOException {
    Path file = write("a", "");
    try (FileStore.ReadFile in = files().open(file);
        Arena arena = Arena.ofConfined()) {
      assertThat(in.map(arena).byteSize()).isZero();
    }
  }

  @Test
  void appendingCutsWhatFollows() throws IOException {
    Path file = write("a", "0123456789");
    try (FileStore.AppendFile out = files().append(file, 4)) {
      assertThat(out.position()).isEqualTo(4);
      out.write(bytes("x"));
    }
    assertThat(read(file, 0, 100)).isEqualTo("0123x");
  }

  @Test
  void aFileIsCreatedOnce() throws IOException {
    Path file = write("a", "1");
    assertThatThrownBy(() -> files().create(file)).isInstanceOf(FileAlreadyExistsException.class);
  }

  @Test
  void whatIsNotThereCannotBeOpened() {
    Path file = folder().resolve("a");
    assertThatThrownBy(() -> files().open(file)).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> files().append(file, 0)).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> files().size(file)).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> files().list(file)).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> files().rename(file, folder().resolve("b")))
        .isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> files().create(file.resolve("below")))
        .isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> files().syncFolder(file)).isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void aFolderListsItsOwnEntriesByName() throws IOException {
    write("b", "");
    write("a", "");
    files().createFolders(folder().resolve("c/d"));
    assertThat(files().list(folder()))
        .containsExactly(folder().resolve("a"), folder().resolve("b"), folder().resolve("c"));
    assertThat(files().isFolder(folder().resolve("c"))).isTrue();
    assertThat(files().isFolder(folder().resolve("a"))).isFalse();
    assertThat(files().isFolder(folder().resolve("x"))).isFalse();
  }

  @Test
  void foldersAreCreatedAsOftenAsOneLikes() throws IOException {
    files().createFolders(folder().resolve("c/d"));
    files().createFolders(folder().resolve("c/d"));
    assertThat(files().exists(folder().resolve("c/d"))).isTrue();
    Path file = write("a", "");
    assertThatThrownBy(() -> files().createFolders(file))
        .isInstanceOf(FileAlreadyExistsException.class);
  }

  @Test
  void aRenameReplacesAFile() throws IOException {
    Path from = write("a", "new");
    Path to = write("b", "old");
    files().rename(from, to);
    files().syncFolder(folder());
    assertThat(files().exists(from)).isFalse();
    assertThat(read(to, 0, 10)).isEqualTo("new");
  }

  @Test
  void aRenamedFolderKeepsWhatIsInIt() throws IOException {
    files().createFolders(folder().resolve("c"));
    write("c/a", "1");
    files().rename(folder().resolve("c"), folder().resolve("d"));
    assertThat(read(folder().resolve("d/a"), 0, 10)).isEqualTo("1");
    assertThat(files().exists(folder().resolve("c"))).isFalse();
  }

  @Test
  void aFolderIsDeletedWithAllThatIsInIt() throws IOException {
    files().createFolders(folder().resolve("c/d"));
    write("c/d/a", "1");
    files().delete(folder().resolve("c"));
    files().delete(folder().resolve("c"));
    assertThat(files().list(folder())).isEmpty();
  }

  @Test
  void aSecondNameOutlivesTheFirst() throws IOException {
    Path file = write("a", "same bytes");
    Path second = folder().resolve("b");
    files().link(file, second);
    assertThatThrownBy(() -> files().link(file, second))
        .isInstanceOf(FileAlreadyExistsException.class);
    files().delete(file);
    assertThat(read(second, 0, 100)).isEqualTo("same bytes");
    assertThatThrownBy(() -> files().link(file, folder().resolve("c")))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void whoHasAFileOpenReadsItAfterItsDeletion() throws IOException {
    Path file = write("a", "still there");
    try (FileStore.ReadFile in = files().open(file)) {
      files().delete(file);
      ByteBuffer into = ByteBuffer.allocate(5);
      assertThat(in.read(into, 0)).isEqualTo(5);
      assertThat(in.size()).isEqualTo(11);
    }
  }

  @Test
  void aClosedFileIsNotWrittenOrRead() throws IOException {
    FileStore.AppendFile out = files().create(folder().resolve("a"));
    out.close();
    assertThatThrownBy(() -> out.write(bytes("x"))).isInstanceOf(IOException.class);
    FileStore.ReadFile in = files().open(folder().resolve("a"));
    in.close();
    assertThatThrownBy(in::size).isInstanceOf(IOException.class);
  }

  @Test
  void thereIsRoom() throws IOException {
    assertThat(files().usableBytes(folder())).isPositive();
  }

  private Path write(String name, String text) throws IOException {
    Path file = folder().resolve(name);
    try (FileStore.AppendFile out = files().create(file)) {
      out.write(bytes(text));
    }
    return file;
  }

  private String read(Path file, long position, int length) throws IOException {
    try (FileStore.ReadFile in = files().open(file)) {
      ByteBuffer into = ByteBuffer.allocate(length);
      int read = in.read(into, position);
      return new String(into.array(), 0, read, StandardCharsets.UTF_8);
    }
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }
}
