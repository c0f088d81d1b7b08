package dev.vedette.promql.exec;

import dev.vedette.promql.Annotations;

/**
 * What a thread that helps a query has counted and said of one part, for the query to take over
 * when the part's turn comes. Handed from thread to thread.
 */
record WorkerLog(
    int series, long samples, long heldBytes, StepCounts counts, Annotations annotations) {
  /** Counts and says the same in the query; throws where that is too much for it. */
  void replay(Evaluation evaluation) {
    evaluation.counts().add(counts);
    evaluation.annotations().addAll(annotations);
    evaluation.read(series, samples);
  }
}
