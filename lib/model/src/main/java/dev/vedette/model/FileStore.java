package dev.vedette.model;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * The disk, as durable code sees it: files that grow at the end, whole-file reads and maps, and the
 * steps that make a change survive a crash. {@code RealFiles} is the machine's; tests pass a
 * simulated one that loses what was not forced, tears writes, fills up or fails.
 */
public interface FileStore {
  /** Whether a call failed because the disk, or what may be used of it, is full. */
  static boolean isFull(IOException failure) {
    String reason = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
    return reason.contains("no space left") || reason.contains("quota exceeded");
  }

  /** Creates a file that must not exist yet. */
  AppendFile create(Path file) throws IOException;

  /** Opens a file to write behind {@code size}; whatever follows is cut off. */
  AppendFile append(Path file, long size) throws IOException;

  /** Opens a file for reading. */
  ReadFile open(Path file) throws IOException;

  boolean exists(Path file) throws IOException;

  long size(Path file) throws IOException;

  /** Files and folders directly in a folder, sorted by name. */
  List<Path> list(Path folder) throws IOException;

  boolean isFolder(Path path) throws IOException;

  void createFolders(Path folder) throws IOException;

  /** Renames within one disk, replacing a file of the new name, all or nothing. */
  void rename(Path from, Path to) throws IOException;

  /**
   * Gives a file that does not change any more a second name, which must not exist yet: the same
   * bytes under both until each is deleted. A disk without links gets a copy, forced.
   */
  void link(Path existing, Path name) throws IOException;

  /** Deletes a file, or a folder with all that is in it. Missing is fine. */
  void delete(Path path) throws IOException;

  /** Makes creations, renames and deletions in a folder survive a crash. */
  void syncFolder(Path folder) throws IOException;

  /** Bytes that can still be written. */
  long usableBytes(Path folder) throws IOException;

  /** A file being written at its end. One thread at a time. */
  interface AppendFile extends Closeable {
    /** Writes all remaining bytes of the buffer. */
    void write(ByteBuffer bytes) throws IOException;

    /** Returns when everything written so far survives a crash. */
    void force() throws IOException;

    /** Bytes in the file, those written and not yet forced included. */
    long position();

    @Override
    void close() throws IOException;
  }

  /** A file being read. Any number of threads. */
  interface ReadFile extends Closeable {
    long size() throws IOException;

    /** Reads at a position until the buffer is full or the file ends; returns the bytes read. */
    int read(ByteBuffer into, long position) throws IOException;

    /** Maps the whole file, read-only, until the arena closes. */
    MemorySegment map(Arena arena) throws IOException;

    @Override
    void close() throws IOException;
  }
}
