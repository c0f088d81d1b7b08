package dev.vedette.tsdb.block;

/**
 * Where the bytes of a block's file are, checksums included; the parts add up to the file.
 *
 * @param values tokens and raw bits of the values
 * @param headers how the values of each series are coded, with start values and exceptions
 * @param tables what the entropy coder needs to know
 * @param timestamps timestamp vectors
 * @param strings label values
 * @param columns labels of each series
 * @param postings series of each label value
 * @param extras histograms and start timestamps
 * @param histograms number of histogram samples
 * @param buckets columns of a tier's buckets
 * @param directories label names and where everything is, with the footer
 */
public record BlockStats(
    int series,
    long samples,
    long fileBytes,
    long values,
    long headers,
    long tables,
    long timestamps,
    long strings,
    long columns,
    long postings,
    long extras,
    long histograms,
    long buckets,
    long directories) {
  public double bytesPerSample() {
    return (double) fileBytes / samples;
  }

  /** Bytes of everything that finds series, not samples. */
  public long index() {
    return strings + columns + postings;
  }
}
