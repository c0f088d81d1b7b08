package dev.vedette.promql.parse;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How series of two vectors find each other.
 *
 * @param labels names after {@code on} or {@code ignoring}
 * @param on whether {@code labels} are the ones that have to be equal
 * @param include names after {@code group_left} or {@code group_right}
 * @param fillLeft value of a missing left side, if one is filled in
 * @param fillRight value of a missing right side, if one is filled in
 */
public record VectorMatching(
    Cardinality cardinality,
    List<String> labels,
    boolean on,
    List<String> include,
    @Nullable Double fillLeft,
    @Nullable Double fillRight) {
  /** How many series of each side may match. */
  public enum Cardinality {
    ONE_TO_ONE("one-to-one"),
    MANY_TO_ONE("many-to-one"),
    ONE_TO_MANY("one-to-many"),
    MANY_TO_MANY("many-to-many");

    private final String text;

    Cardinality(String text) {
      this.text = text;
    }

    public String text() {
      return text;
    }
  }

  public VectorMatching {
    labels = List.copyOf(labels);
    include = List.copyOf(include);
  }

  /** Whether one side may have several series a match. */
  public boolean isGrouped() {
    return cardinality == Cardinality.MANY_TO_ONE || cardinality == Cardinality.ONE_TO_MANY;
  }
}
