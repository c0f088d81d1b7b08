package dev.vedette.wire.remotewrite;

import java.util.Arrays;

/**
 * Fingerprints of metadata that was given out already: a table where a newcomer to a full set takes
 * the place of another. Losing one costs work, not data.
 *
 * <p>Senders repeat their series in one order, so what came at the same place of the request before
 * is looked at first: memory that is walked forward, where a slot of the table is a cache miss.
 */
final class KnownMetadata {
  // Far more than a request has families; a set takes those that share a slot.
  private static final int SETS = 1024;
  private static final int WAYS = 8;
  // Storage that lost its metadata hears all of it again after so many requests.
  private static final int REQUESTS = 256;

  private final long[] fingerprints = new long[SETS * WAYS];
  private final long[] byPlace = new long[SETS * WAYS];
  private int place;
  private int requests;

  void beginRequest() {
    place = 0;
    if (++requests == REQUESTS) {
      clear();
    }
  }

  void clear() {
    Arrays.fill(fingerprints, 0);
    Arrays.fill(byPlace, 0);
    requests = 0;
  }

  /** Whether this was not given out before; now it counts as given out. */
  boolean isNew(long fingerprint) {
    if (place == byPlace.length) {
      return isNewToTable(fingerprint);
    }
    boolean isAsBefore = byPlace[place] == fingerprint;
    byPlace[place++] = fingerprint;
    return !isAsBefore && isNewToTable(fingerprint);
  }

  private boolean isNewToTable(long fingerprint) {
    int set = ((int) (fingerprint >>> 32) & SETS - 1) * WAYS;
    for (int slot = set; slot < set + WAYS; slot++) {
      if (fingerprints[slot] == fingerprint) {
        return false;
      }
      if (fingerprints[slot] == 0) {
        fingerprints[slot] = fingerprint;
        return true;
      }
    }
    fingerprints[set + ((int) fingerprint & WAYS - 1)] = fingerprint;
    return true;
  }
}
