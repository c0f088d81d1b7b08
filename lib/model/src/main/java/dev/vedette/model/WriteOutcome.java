package dev.vedette.model;

import java.util.List;

/**
 * What became of a batch. What is not refused is durable.
 *
 * @param stored float samples stored now
 * @param duplicates float samples that were there already with the same value; not an error
 * @param histograms histogram samples stored now
 * @param histogramDuplicates histogram samples that were there already; not an error
 * @param exemplars exemplars that are kept, those that were there already included
 * @param refusals what was refused, one entry a reason, the first example in its message
 */
public record WriteOutcome(
    int stored,
    int duplicates,
    int histograms,
    int histogramDuplicates,
    int exemplars,
    List<Refusal> refusals) {
  public WriteOutcome {
    refusals = List.copyOf(refusals);
  }

  /** What became of a batch of floats. */
  public WriteOutcome(int stored, int duplicates, List<Refusal> refusals) {
    this(stored, duplicates, 0, 0, 0, refusals);
  }

  /**
   * Samples refused for one reason.
   *
   * @param id the reason
   * @param samples how many, floats and histograms
   * @param message names the metric, the label, the count, the limit and the setting to change
   * @param retryable whether the same samples may be taken later (HTTP 429) or never (HTTP 400)
   */
  public record Refusal(ErrorId id, int samples, String message, boolean retryable) {}
}
