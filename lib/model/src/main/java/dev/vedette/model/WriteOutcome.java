package dev.vedette.model;

import java.util.List;

/**
 * What became of a batch. What is not refused is durable.
 *
 * @param stored samples stored now
 * @param duplicates samples that were there already with the same value; not an error
 * @param refusals what was refused, one entry a reason, the first example in its message
 */
public record WriteOutcome(int stored, int duplicates, List<Refusal> refusals) {
  public WriteOutcome {
    refusals = List.copyOf(refusals);
  }

  /**
   * Samples refused for one reason.
   *
   * @param id the reason
   * @param samples how many
   * @param message names the metric, the label, the count, the limit and the setting to change
   * @param retryable whether the same samples may be taken later (HTTP 429) or never (HTTP 400)
   */
  public record Refusal(ErrorId id, int samples, String message, boolean retryable) {}
}
