package dev.vedette.testkit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** A file or folder of {@link SimFiles}: what is there now, and what a power cut would leave. */
sealed interface SimNode {
  /** What is found of it after a power cut. */
  SimNode afterCrash(RandomGenerator random);

  /** Bytes of it and all below it. */
  long bytes();

  /** Bytes that grow and are cut at the end. */
  final class SimFile implements SimNode {
    byte[] data = new byte[256];
    int size;
    int durableSize;
    // What is durable still, where a cut went into it and was not forced yet.
    byte @Nullable [] beforeCut;
    int lastWriteAt;

    void write(byte[] bytes, int from, int length) {
      if (data.length - size < length) {
        data = Arrays.copyOf(data, Math.max(data.length * 2, size + length));
      }
      System.arraycopy(bytes, from, data, size, length);
      lastWriteAt = size;
      size += length;
    }

    void cut(int to) {
      if (to < durableSize) {
        if (beforeCut == null) {
          beforeCut = Arrays.copyOf(data, durableSize);
        }
        durableSize = to;
      }
      Arrays.fill(data, to, size, (byte) 0);
      size = to;
      lastWriteAt = Math.min(lastWriteAt, to);
    }

    void force() {
      durableSize = size;
      beforeCut = null;
    }

    @Override
    public SimFile afterCrash(RandomGenerator random) {
      SimFile found = new SimFile();
      if (beforeCut != null && random.nextBoolean()) {
        found.write(beforeCut, 0, beforeCut.length);
      } else {
        int unforced = size - durableSize;
        int kept =
            switch (random.nextInt(4)) {
              case 0 -> 0;
              case 1 -> unforced;
              default -> random.nextInt(unforced + 1);
            };
        found.write(data, 0, durableSize + kept);
        if (kept < unforced && random.nextInt(4) == 0) {
          // The length reached the disk, these bytes did not.
          found.write(new byte[unforced - kept], 0, unforced - kept);
        }
      }
      found.force();
      return found;
    }

    @Override
    public long bytes() {
      return size;
    }
  }

  /** Names and what they stand for. */
  final class SimFolder implements SimNode {
    final TreeMap<String, SimNode> entries = new TreeMap<>();
    private final TreeMap<String, SimNode> durable = new TreeMap<>();
    private final List<Change> unsynced = new ArrayList<>();

    /** One step that is on disk whole or not at all, in one folder or two. */
    static final class Step {
      private boolean isDurable;
    }

    private record Change(Step step, String name, @Nullable SimNode node) {}

    /** Sets a name, or removes it where there is no node. */
    void change(Step step, String name, @Nullable SimNode node) {
      apply(entries, name, node);
      unsynced.add(new Change(step, name, node));
    }

    void sync() {
      durable.clear();
      durable.putAll(entries);
      unsynced.forEach(change -> change.step.isDurable = true);
      unsynced.clear();
    }

    @Override
    public SimFolder afterCrash(RandomGenerator random) {
      return afterCrash(random, new IdentityHashMap<>());
    }

    private SimFolder afterCrash(RandomGenerator random, Map<Step, Boolean> kept) {
      TreeMap<String, SimNode> names = new TreeMap<>(durable);
      for (Change change : unsynced) {
        if (kept.computeIfAbsent(change.step, step -> step.isDurable || random.nextBoolean())) {
          apply(names, change.name, change.node);
        }
      }
      SimFolder found = new SimFolder();
      names.forEach(
          (name, node) ->
              found.entries.put(
                  name,
                  switch (node) {
                    case SimFile file -> file.afterCrash(random);
                    case SimFolder folder -> folder.afterCrash(random, kept);
                  }));
      found.sync();
      return found;
    }

    private static void apply(Map<String, SimNode> names, String name, @Nullable SimNode node) {
      if (node == null) {
        names.remove(name);
      } else {
        names.put(name, node);
      }
    }

    @Override
    public long bytes() {
      return entries.values().stream().mapToLong(SimNode::bytes).sum();
    }
  }
}
