package dev.vedette.tsdb.block;

import dev.vedette.tsdb.index.BlockIndex;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.buffer.ImmutableRoaringBitmap;
import org.roaringbitmap.buffer.MutableRoaringBitmap;

/**
 * What is deleted in one block: which of its series, and when. The first read asks the index once
 * for each deletion, all later ones use what it found. Any threads.
 */
final class DeletedSeries {
  static final DeletedSeries NONE = new DeletedSeries(List.of(), 0);

  private final List<Deletion> deletions;
  private final List<Deletion> wholeBuckets;
  private volatile @Nullable List<ImmutableRoaringBitmap> found;

  /**
   * @param resolutionMillis of a tier's block: a bucket goes as a whole, even if something in it
   *     was not deleted
   */
  DeletedSeries(List<Deletion> deletions, long resolutionMillis) {
    this.deletions = List.copyOf(deletions);
    this.wholeBuckets =
        deletions.stream().map(deletion -> deletion.ofWholeBuckets(resolutionMillis)).toList();
  }

  List<Deletion> deletions() {
    return deletions;
  }

  /** Finds the series, if nobody has yet. Two at once do it twice. */
  DeletedSeries in(BlockIndex index) {
    if (found == null) {
      found = deletions.stream().map(deletion -> index.match(deletion.matchers())).toList();
    }
    return this;
  }

  private List<ImmutableRoaringBitmap> series() {
    List<ImmutableRoaringBitmap> series = found;
    if (series == null) {
      throw new IllegalStateException("BUG: deleted series were not looked up in the index");
    }
    return series;
  }

  boolean isEmpty() {
    return deletions.isEmpty();
  }

  /** Those of the series that have something left in a range, as far as one deletion tells. */
  ImmutableRoaringBitmap alive(ImmutableRoaringBitmap wanted, long startMillis, long endMillis) {
    MutableRoaringBitmap alive = null;
    for (int i = 0; i < deletions.size(); i++) {
      if (wholeBuckets.get(i).covers(startMillis, endMillis)) {
        if (alive == null) {
          alive = wanted.toMutableRoaringBitmap();
        }
        alive.andNot(series().get(i));
      }
    }
    return alive == null ? wanted : alive;
  }

  /** Number of series of which something is deleted. */
  int count() {
    MutableRoaringBitmap all = new MutableRoaringBitmap();
    series().forEach(all::or);
    return all.getCardinality();
  }

  /** Which samples of a series are left; a new one each time it is asked for. */
  Runs kept(int id, long[] timestamps, int from, int to) {
    Runs runs = new Runs(from, to);
    for (int i = 0; i < deletions.size(); i++) {
      if (series().get(i).contains(id)) {
        Deletion deletion = wholeBuckets.get(i);
        runs.remove(
            BlockCursor.firstNotBelow(timestamps, deletion.startMillis()),
            deletion.endMillis() == Long.MAX_VALUE
                ? timestamps.length
                : BlockCursor.firstNotBelow(timestamps, deletion.endMillis() + 1));
      }
    }
    return runs;
  }
}
