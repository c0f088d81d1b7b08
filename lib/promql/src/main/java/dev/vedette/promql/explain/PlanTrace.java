package dev.vedette.promql.explain;

import dev.vedette.model.Selection;
import dev.vedette.model.Ticker;
import dev.vedette.promql.parse.Expr;
import dev.vedette.promql.parse.Printer;
import dev.vedette.promql.parse.SourceRange;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes down what a plan is made of while it is made, and what each part takes while it runs. Time
 * goes to whichever parts are at work, what is read to the innermost of them. One thread.
 */
public final class PlanTrace {
  // A chain of many operators has as many parts, and each of them all the ones before in its text.
  private static final int SHOWN_CHARS = 200;

  private final Ticker ticker;
  private final String text;
  private final PlanNode root;
  private final Deque<PlanNode> planned = new ArrayDeque<>();
  private final Deque<PlanNode> atWork = new ArrayDeque<>();

  /**
   * @param text what {@code whole} was parsed from
   */
  public PlanTrace(Ticker ticker, String text, Expr whole) {
    this.ticker = ticker;
    this.text = text;
    this.root = new PlanNode("query", shown(whole));
    planned.push(root);
    atWork.push(root);
  }

  /** The whole query, whose parts are what it is made of. */
  public PlanNode root() {
    return root;
  }

  /** Plans a part; what is planned meanwhile are its own parts. */
  public <T> Planned<T> plan(Expr expr, Supplier<T> planner) {
    PlanNode node = new PlanNode(kind(expr), shown(expr));
    planned.getFirst().add(node);
    planned.push(node);
    try {
      return new Planned<>(node, planner.get());
    } finally {
      planned.pop();
    }
  }

  /** A part of the plan and what answers it. */
  public record Planned<T>(PlanNode node, T op) {}

  /** Does a part's work, and counts its time. */
  public <T> T work(PlanNode node, Supplier<T> work) {
    long start = ticker.nanos();
    atWork.push(node);
    try {
      return work.get();
    } finally {
      atWork.pop();
      node.took(ticker.nanos() - start);
    }
  }

  /** Counts series that a part gave. */
  public void gave(PlanNode node, int series, int steps) {
    node.gave(series, steps);
  }

  /**
   * Notes that the part at work reads from the source.
   *
   * @param pushedDown what the source does besides handing out series, in order
   */
  public PlanRead read(Selection selection, OptionalLong estimatedSeries, List<String> pushedDown) {
    List<String> done = new ArrayList<>(List.of("matchers", "time"));
    if (selection.isTier()) {
      done.add("buckets");
    }
    done.addAll(pushedDown);
    PlanRead read = new PlanRead(selection, estimatedSeries, done);
    atWork.getFirst().add(read);
    return read;
  }

  /** Has the source do something for a read, and counts its time. */
  public <T extends @Nullable Object> T reading(PlanRead read, Supplier<T> work) {
    long start = ticker.nanos();
    try {
      return work.get();
    } finally {
      read.took(ticker.nanos() - start);
    }
  }

  /** The query is done. */
  public void finish(long nanos, int series, int steps) {
    root.took(nanos);
    root.gave(series, steps);
  }

  /** A part's expression, printed, or where it is long, the beginning as it was written. */
  private String shown(Expr expr) {
    SourceRange range = expr.source();
    return range.end() - range.start() <= SHOWN_CHARS
        ? Printer.print(expr)
        : text.substring(range.start(), range.start() + SHOWN_CHARS) + "…";
  }

  private static String kind(Expr expr) {
    return switch (expr) {
      case Expr.NumberLiteral _, Expr.StringLiteral _ -> "literal";
      case Expr.VectorSelector _, Expr.MatrixSelector _ -> "selector";
      case Expr.Subquery _ -> "subquery";
      case Expr.Paren paren -> kind(paren.inner());
      case Expr.Unary unary -> unary.negative() ? "negation" : kind(unary.operand());
      case Expr.Binary binary -> binary.op().symbol();
      case Expr.Aggregation aggregation -> aggregation.op().text();
      case Expr.Call call -> call.function().name();
    };
  }
}
