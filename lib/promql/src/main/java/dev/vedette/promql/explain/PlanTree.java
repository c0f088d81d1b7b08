package dev.vedette.promql.explain;

import dev.vedette.model.Coverage;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Selection;
import dev.vedette.promql.exec.Steps;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A plan as nested maps and lists, the form that the API shows: {@code kind}, {@code expression},
 * {@code seconds} with and {@code ownSeconds} without its {@code parts}, {@code series} and {@code
 * steps} that it gave, and its {@code reads}; {@code cached}, where some steps of the answer were
 * known.
 */
public final class PlanTree {
  private PlanTree() {}

  /** The tree of a part and all that it asks. */
  public static Map<String, @Nullable Object> of(PlanNode node) {
    Map<String, @Nullable Object> tree = new LinkedHashMap<>();
    tree.put("kind", node.kind());
    tree.put("expression", node.expression());
    tree.put("seconds", node.nanos() / 1e9);
    tree.put("ownSeconds", node.ownNanos() / 1e9);
    tree.put("series", node.series());
    tree.put("steps", node.steps());
    if (!node.known().isEmpty()) {
      tree.put("cached", node.known().stream().map(PlanTree::of).toList());
    }
    tree.put("reads", node.reads().stream().map(PlanTree::of).toList());
    tree.put("parts", node.inner().stream().map(PlanTree::of).toList());
    return tree;
  }

  private static Map<String, @Nullable Object> of(Steps known) {
    Map<String, @Nullable Object> tree = new LinkedHashMap<>();
    tree.put("start", known.startMillis() / 1000.0);
    tree.put("end", known.lastMillis() / 1000.0);
    tree.put("steps", known.count());
    return tree;
  }

  private static Map<String, @Nullable Object> of(PlanRead read) {
    Selection selection = read.selection();
    Map<String, @Nullable Object> tree = new LinkedHashMap<>();
    tree.put(
        "selector",
        selection.matchers().stream()
            .map(LabelMatcher::toString)
            .collect(Collectors.joining(",", "{", "}")));
    tree.put("start", selection.startMillis() / 1000.0);
    tree.put("end", selection.endMillis() / 1000.0);
    tree.put("tier", selection.isTier() ? Coverage.name(selection.resolutionMillis()) : "raw");
    read.estimatedSeries().ifPresent(series -> tree.put("estimatedSeries", series));
    tree.put("series", read.series());
    tree.put("samples", read.samples());
    tree.put("bytes", read.bytes());
    tree.put("seconds", read.nanos() / 1e9);
    tree.put("pushedDown", read.pushedDown());
    return tree;
  }
}
