package dev.vedette.tsdb.block;

import dev.vedette.model.LabelMatcher;
import dev.vedette.tsdb.encode.ByteSink;
import dev.vedette.tsdb.encode.ByteSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * A tenant's deletions that are not carried out on disk yet, oldest first, each with the blocks it
 * holds for. Immutable.
 */
public record Tombstones(List<Entry> entries) {
  public static final Tombstones NONE = new Tombstones(List.of());

  private static final LabelMatcher.Type[] TYPES = {
    LabelMatcher.Type.EQUAL,
    LabelMatcher.Type.NOT_EQUAL,
    LabelMatcher.Type.REGEX,
    LabelMatcher.Type.NOT_REGEX
  };

  /** One deletion. */
  public record Entry(Deletion deletion, Set<BlockId> blocks) {
    public Entry {
      blocks = Set.copyOf(blocks);
    }
  }

  public Tombstones {
    entries = List.copyOf(entries);
  }

  /** With another deletion. */
  public Tombstones with(Deletion deletion, Collection<BlockId> blocks) {
    List<Entry> now = new ArrayList<>(entries);
    now.add(new Entry(deletion, Set.copyOf(blocks)));
    return new Tombstones(now);
  }

  /** With some of the deletions holding for one more block. */
  public Tombstones holdingFor(BlockId block, Collection<Deletion> deletions) {
    List<Entry> now = new ArrayList<>();
    for (Entry entry : entries) {
      if (deletions.contains(entry.deletion)) {
        Set<BlockId> more = new TreeSet<>(entry.blocks);
        more.add(block);
        now.add(new Entry(entry.deletion, more));
      } else {
        now.add(entry);
      }
    }
    return new Tombstones(now);
  }

  /** Without blocks that are gone, and without deletions that hold for none any more. */
  public Tombstones onlyFor(Predicate<BlockId> kept) {
    List<Entry> now = new ArrayList<>();
    for (Entry entry : entries) {
      List<BlockId> left = entry.blocks.stream().filter(kept).toList();
      if (left.size() == entry.blocks.size()) {
        now.add(entry);
      } else if (!left.isEmpty()) {
        now.add(new Entry(entry.deletion, Set.copyOf(left)));
      }
    }
    return new Tombstones(now);
  }

  /** Deletions that hold for a block. */
  public List<Deletion> of(BlockId block) {
    return entries.stream()
        .filter(entry -> entry.blocks.contains(block))
        .map(Entry::deletion)
        .toList();
  }

  void write(ByteSink out) {
    out.varint(entries.size());
    for (Entry entry : entries) {
      out.signed(entry.deletion.startMillis()).signed(entry.deletion.endMillis());
      out.varint(entry.deletion.matchers().size());
      for (LabelMatcher matcher : entry.deletion.matchers()) {
        out.varint(List.of(TYPES).indexOf(matcher.type()));
        out.utf8(matcher.name()).utf8(matcher.value());
      }
      out.varint(entry.blocks.size());
      new TreeSet<>(entry.blocks).forEach(block -> out.utf8(block.value()));
    }
  }

  static Tombstones read(ByteSource in) {
    int count = in.count("a number of deletions", in.remaining());
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long start = in.signed();
      long end = in.signed();
      if (start > end) {
        throw in.damaged("a range of time", "%d to %d".formatted(start, end));
      }
      List<LabelMatcher> matchers = new ArrayList<>();
      for (int j = in.count("a number of matchers", in.remaining()); j > 0; j--) {
        LabelMatcher.Type type = TYPES[in.count("a kind of matcher", TYPES.length - 1L)];
        matchers.add(new LabelMatcher(type, in.utf8(), in.utf8()));
      }
      Set<BlockId> blocks = new TreeSet<>();
      for (int j = in.count("a number of blocks", in.remaining()); j > 0; j--) {
        blocks.add(blockId(in));
      }
      entries.add(new Entry(new Deletion(matchers, start, end), blocks));
    }
    in.expectEnd();
    return new Tombstones(entries);
  }

  private static BlockId blockId(ByteSource in) {
    String id = in.utf8();
    if (!BlockId.isValid(id)) {
      throw in.damaged("a block id", "\"%s\"".formatted(id));
    }
    return new BlockId(id);
  }
}
