package dev.vedette.app;

import dev.vedette.model.ErrorId;
import dev.vedette.model.InvalidRequest;
import dev.vedette.model.Unavailable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * The folder given with {@code --data}, locked for this process for as long as it runs: two engines
 * over one log would destroy it. The lock is the operating system's, so it goes with the process
 * however that ends; the pid in the file is for the message alone.
 */
public final class DataFolder implements AutoCloseable {
  private final Path path;
  private final FileChannel channel;

  private DataFolder(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  /**
   * Creates the folder where needed and locks it. Throws {@link Unavailable} ({@code data-in-use}).
   */
  public static DataFolder open(Path folder) {
    if (folder.toString().isEmpty()) {
      throw new InvalidRequest(
          ErrorId.INVALID_REQUEST,
          "the data folder has no name",
          "name one with --data DIR; for the current folder write --data .");
    }
    Path lockFile = folder.resolve("lock");
    try {
      Files.createDirectories(folder);
      FileChannel channel =
          FileChannel.open(
              lockFile,
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      try {
        return lock(folder, channel);
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
    } catch (IOException e) {
      throw new Unavailable(
          ErrorId.STORAGE_UNAVAILABLE,
          "data folder %s cannot be used: %s".formatted(folder.toAbsolutePath(), e),
          "give a folder this user may write to with --data",
          e);
    }
  }

  private static DataFolder lock(Path folder, FileChannel channel) throws IOException {
    @Nullable FileLock lock = channel.tryLock();
    if (lock == null) {
      throw new Unavailable(
          ErrorId.DATA_IN_USE,
          "data folder %s is in use by another vedette%s"
              .formatted(folder.toAbsolutePath(), holder(channel)),
          "stop that process or give another folder with --data");
    }
    channel.truncate(0);
    channel.write(
        ByteBuffer.wrap(
            Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
    return new DataFolder(folder.toAbsolutePath().normalize(), channel);
  }

  private static String holder(FileChannel channel) throws IOException {
    ByteBuffer pid = ByteBuffer.allocate(20);
    channel.read(pid, 0);
    String text = new String(pid.array(), 0, pid.position(), StandardCharsets.US_ASCII);
    return text.isEmpty() ? "" : " (pid %s)".formatted(text);
  }

  public Path path() {
    return path;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
