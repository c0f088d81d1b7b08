package dev.vedette.tsdb.index;

import org.roaringbitmap.buffer.MutableRoaringBitmap;

/** Of each label value the series that have it. Values are numbered over all labels. */
interface Postings {
  int cardinality(int valueId);

  /** Adds the series of a value to a set. */
  void addTo(MutableRoaringBitmap set, int valueId);

  /** The series of a value as a set of its own. */
  default MutableRoaringBitmap list(int valueId) {
    MutableRoaringBitmap set = new MutableRoaringBitmap();
    addTo(set, valueId);
    return set;
  }
}
