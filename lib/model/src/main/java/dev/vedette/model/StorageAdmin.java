package dev.vedette.model;

import java.util.List;

/** What an administrator may ask of storage. Where it cannot be done it throws, with the reason. */
public interface StorageAdmin {
  /** Moves the whole head into blocks and cuts the log; returns when both are on disk. */
  void flush();

  /**
   * Deletes samples that are there now: of every series that one of the selectors matches, those in
   * a closed range of Unix milliseconds. When it returns no read finds them any more, whatever
   * happens to the process. What is written later is not concerned. Their bytes go from disk when
   * their blocks are merged, or by {@link #cleanTombstones}.
   */
  void delete(
      TenantId tenant, List<List<LabelMatcher>> selectors, long startMillis, long endMillis);

  /** Takes what was deleted from disk; returns when it is gone. */
  void cleanTombstones();

  /**
   * Makes a copy of all data, as of now, that can be used as a data folder of its own.
   *
   * @param skipHead whether what is in memory and in no block yet is left out
   * @return its name below the folder {@code snapshots} of the data
   */
  String snapshot(boolean skipHead);
}
