package dev.vedette.wire.remotewrite;

import java.util.Arrays;

/**
 * Fingerprints of metadata that was given out already: a table where a newcomer takes the place of
 * whoever was in its slot. Losing one costs work, not data.
 */
final class KnownMetadata {
  private static final int SLOTS = 4096;
  // Storage that lost its metadata hears all of it again after so many requests.
  private static final int REQUESTS = 256;

  private final long[] fingerprints = new long[SLOTS];
  private int requests;

  void beginRequest() {
    if (++requests == REQUESTS) {
      clear();
    }
  }

  void clear() {
    Arrays.fill(fingerprints, 0);
    requests = 0;
  }

  /** Whether this was not given out before; now it counts as given out. */
  boolean isNew(long fingerprint) {
    int slot = (int) (fingerprint >>> 32) & SLOTS - 1;
    boolean isNew = fingerprints[slot] != fingerprint;
    fingerprints[slot] = fingerprint;
    return isNew;
  }
}
