package dev.vedette.tsdb.block;

import java.nio.file.Path;

/**
 * A block that is whole and durable, under a temporary name still: {@link BlockWriter#publish}
 * makes it visible, {@link BlockWriter#discard} takes it away, and so does the next start.
 */
public record UnpublishedBlock(BlockMeta meta, Path folder) {
  Path temporary() {
    return BlockFiles.temporary(folder, meta.id());
  }

  Path file() {
    return BlockFiles.file(folder, meta.id());
  }
}
