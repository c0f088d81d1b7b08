package dev.vedette.tsdb.block;

import dev.vedette.model.Corruption;

/**
 * Told of damage that a read went around: the samples of a damaged page are missing from the
 * answer, everything else is there. May be called by any reading thread, and repeatedly for the
 * same place.
 */
@FunctionalInterface
public interface DamageListener {
  void damaged(Corruption corruption);
}
