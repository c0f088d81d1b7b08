package dev.vedette.tsdb.head;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SlabArenaTest {
  private final SlabArena arena = new SlabArena();

  @Test
  void pagesThatAFlushEmptiesAreUsedAgain() {
    List<Integer> first = fill(100);
    Set<byte[]> pages = pages(first);
    first.forEach(arena::free);
    arena.trim();

    List<Integer> second = fill(100);

    assertThat(pages(second)).isSubsetOf(pages);
  }

  @Test
  void ofPagesThatTheNextFillingDidNotNeedOnlySoManyAreKeptAndTheseAreUsedFirst() {
    List<Integer> first = fill(100);
    Set<byte[]> pages = pages(first);
    first.forEach(arena::free);
    arena.trim();
    fill(10).forEach(arena::free);
    arena.trim();

    List<Integer> second = fill(10);
    assertThat(pages(second)).isSubsetOf(pages);
    second.forEach(arena::free);
    Set<byte[]> again = pages(fill(100));

    again.retainAll(pages);
    assertThat(again).hasSize(10);
  }

  /** Takes so many whole pages, but for the first slab of all, which is nobody's. */
  private List<Integer> fill(int pages) {
    int slabs = pages * (SlabArena.PAGE_BYTES / SlabArena.LARGEST) - 1;
    return IntStream.range(0, slabs).mapToObj(_ -> arena.allocate(SlabArena.LARGEST)).toList();
  }

  private Set<byte[]> pages(List<Integer> addresses) {
    Set<byte[]> pages = Collections.newSetFromMap(new IdentityHashMap<>());
    addresses.forEach(address -> pages.add(arena.bytes(address)));
    return pages;
  }
}
