package dev.vedette.promql.explain;

import dev.vedette.promql.exec.Steps;
import java.util.ArrayList;
import java.util.List;

/**
 * One part of a plan: an expression, what it took and what it read itself. Filled by the thread
 * that answers the query; to be looked at once it has.
 */
public final class PlanNode {
  private final String kind;
  private final String expression;
  private final List<PlanNode> inner = new ArrayList<>();
  private final List<PlanRead> reads = new ArrayList<>();
  private List<Steps> known = List.of();
  private long nanos;
  private long series;
  private long steps;

  PlanNode(String kind, String expression) {
    this.kind = kind;
    this.expression = expression;
  }

  /** What it is: {@code selector}, {@code rate}, {@code sum}, {@code +}. */
  public String kind() {
    return kind;
  }

  /** The expression that it answers. */
  public String expression() {
    return expression;
  }

  /** The parts that it asks. */
  public List<PlanNode> inner() {
    return List.copyOf(inner);
  }

  /** What it read from the source by itself: selectors, and functions over their ranges. */
  public List<PlanRead> reads() {
    return List.copyOf(reads);
  }

  /**
   * Steps at which the answer was known before, of the whole query: a query that does not ask for
   * its plan is spared them.
   */
  public List<Steps> known() {
    return known;
  }

  /** Notes at which steps the answer was known. */
  public void known(List<Steps> steps) {
    known = List.copyOf(steps);
  }

  /** Time it took with all that it asked, in nanoseconds. */
  public long nanos() {
    return nanos;
  }

  /** Time it took by itself, reading included, in nanoseconds. */
  public long ownNanos() {
    return Math.max(0, nanos - inner.stream().mapToLong(PlanNode::nanos).sum());
  }

  /** Series that it gave. */
  public long series() {
    return series;
  }

  /** Steps that it was evaluated at. */
  public long steps() {
    return steps;
  }

  void add(PlanNode part) {
    inner.add(part);
  }

  void add(PlanRead read) {
    reads.add(read);
  }

  void took(long moreNanos) {
    nanos += moreNanos;
  }

  void gave(long moreSeries, long atSteps) {
    series += moreSeries;
    steps = Math.max(steps, atSteps);
  }
}
