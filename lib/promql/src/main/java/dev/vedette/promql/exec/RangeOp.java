package dev.vedette.promql.exec;

/**
 * Part of a plan that gives a range vector: samples of each series around all steps, and which of
 * them are in each step's window.
 */
public interface RangeOp {
  /** Series with their samples; staleness markers included. */
  RangeCursor open(Evaluation evaluation, Steps steps);

  /** Where each step's window lies. */
  WindowTimes windows(Steps steps);
}
