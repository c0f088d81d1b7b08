package dev.vedette.model;

/** What an administrator may ask of storage. */
public interface StorageAdmin {
  /** Moves the whole head into blocks and cuts the log; returns when both are on disk. */
  void flush();
}
