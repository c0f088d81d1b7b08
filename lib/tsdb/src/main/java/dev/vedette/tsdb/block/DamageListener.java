package dev.vedette.tsdb.block;

import dev.vedette.model.Corruption;

/**
 * Told of damage that a read went around: the samples of a damaged page are missing from the
 * answer, everything else is there. May be called by any reading thread, and repeatedly for the
 * same place.
 */
@FunctionalInterface
public interface DamageListener {
  /** For whom a part is not enough: the read ends with the damage. */
  DamageListener STRICT =
      damage -> {
        throw damage;
      };

  void damaged(Corruption corruption);
}
