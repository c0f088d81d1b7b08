package dev.vedette.tsdb.wal;

/**
 * What a checkpoint did.
 *
 * @param series series carried over
 * @param samples samples carried over
 * @param strays histograms in no block yet that are changes of such as could not be read, and so
 *     could not be carried over; they are in memory still
 * @param bytesBefore size of the files it replaced
 * @param bytesAfter its own size
 */
public record CheckpointReport(
    long series, long samples, long strays, long bytesBefore, long bytesAfter) {}
