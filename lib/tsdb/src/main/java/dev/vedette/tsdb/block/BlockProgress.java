package dev.vedette.tsdb.block;

/** Told while a block is written, about once every thousand series, on the writing thread. */
@FunctionalInterface
public interface BlockProgress {
  BlockProgress NONE = (series, samples, bytes) -> {};

  void written(long series, long samples, long bytes);
}
