package dev.vedette.ingester.agent;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * {@code statvfs(3)} of 64-bit Linux, called directly: {@link java.nio.file.FileStore} knows no
 * inodes.
 */
final class StatVfs implements MountSpace.Source {
  // glibc and musl agree on 64-bit systems: eleven unsigned longs and six spare ints.
  private static final StructLayout STRUCT =
      MemoryLayout.structLayout(
          MemoryLayout.sequenceLayout(11, ValueLayout.JAVA_LONG),
          MemoryLayout.sequenceLayout(6, ValueLayout.JAVA_INT));
  private static final int FRAGMENT_SIZE = 1;
  private static final int BLOCKS = 2;
  private static final int BLOCKS_FREE = 3;
  private static final int BLOCKS_AVAILABLE = 4;
  private static final int FILES = 5;
  private static final int FILES_FREE = 6;

  private final MethodHandle statvfs;

  private StatVfs(MethodHandle statvfs) {
    this.statvfs = statvfs;
  }

  /** Bound at its first use: that costs some ten milliseconds, and a start need not wait. */
  private static final class Bound {
    static final StatVfs STATVFS = bind();
  }

  static MountSpace.Source ofThisSystem() {
    return mountPoint -> Bound.STATVFS.of(mountPoint);
  }

  @SuppressWarnings("restricted") // a call into libc is what this class is for
  private static StatVfs bind() {
    Linker linker = Linker.nativeLinker();
    MemorySegment symbol =
        linker
            .defaultLookup()
            .find("statvfs")
            .orElseThrow(() -> new IllegalStateException("BUG: libc without statvfs"));
    return new StatVfs(
        linker.downcallHandle(
            symbol,
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS)));
  }

  @Override
  public MountSpace of(String mountPoint) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment stat = arena.allocate(STRUCT);
      if (call(arena.allocateFrom(mountPoint), stat) != 0) {
        throw new IOException("statvfs(\"%s\") failed".formatted(mountPoint));
      }
      double unit = field(stat, FRAGMENT_SIZE);
      return new MountSpace(
          field(stat, BLOCKS) * unit,
          field(stat, BLOCKS_FREE) * unit,
          field(stat, BLOCKS_AVAILABLE) * unit,
          field(stat, FILES),
          field(stat, FILES_FREE));
    }
  }

  private int call(MemorySegment path, MemorySegment stat) {
    try {
      return (int) statvfs.invokeExact(path, stat);
    } catch (Throwable e) {
      throw new IllegalStateException("BUG: statvfs cannot be called", e);
    }
  }

  private static double field(MemorySegment stat, int index) {
    return stat.getAtIndex(ValueLayout.JAVA_LONG, index);
  }
}
