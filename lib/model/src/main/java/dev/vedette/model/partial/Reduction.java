package dev.vedette.model.partial;

/** An aggregation of which parts can be put together, whatever series each of them had. */
public enum Reduction {
  SUM,
  AVG,
  COUNT,
  GROUP,
  MIN,
  MAX,
  STDDEV,
  STDVAR,
  TOPK,
  BOTTOMK;

  /** Whether its results are some of the series themselves. */
  public boolean isChoice() {
    return this == TOPK || this == BOTTOMK;
  }
}
