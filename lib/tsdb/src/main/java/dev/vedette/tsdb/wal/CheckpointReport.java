package dev.vedette.tsdb.wal;

/**
 * What a checkpoint did.
 *
 * @param series series carried over
 * @param samples samples carried over
 * @param bytesBefore size of the files it replaced
 * @param bytesAfter its own size
 */
public record CheckpointReport(long series, long samples, long bytesBefore, long bytesAfter) {}
