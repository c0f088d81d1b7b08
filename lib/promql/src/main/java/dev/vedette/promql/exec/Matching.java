package dev.vedette.promql.exec;

import dev.vedette.model.Labels;
import dev.vedette.promql.lex.Quoting;
import dev.vedette.promql.parse.VectorMatching;
import dev.vedette.promql.parse.VectorMatching.Cardinality;
import java.util.List;
import java.util.Set;

/** Which series of two vectors match, and what labels the result of a match has. */
record Matching(VectorMatching written, Grouping signature) {
  static Matching of(VectorMatching written) {
    Grouping signature =
        written.on() ? Grouping.by(written.labels()) : Grouping.without(written.labels());
    return new Matching(written, signature);
  }

  boolean isOneToOne() {
    return written.cardinality() == Cardinality.ONE_TO_ONE;
  }

  /** Whether the right side is the one with many series a match. */
  boolean manyRight() {
    return written.cardinality() == Cardinality.ONE_TO_MANY;
  }

  Labels signature(Labels labels) {
    return signature.of(labels);
  }

  /**
   * Labels of a result.
   *
   * @param many of the side that may have several series a match
   * @param one of the other side
   * @param dropName whether the result is another metric
   */
  Labels result(Labels many, Labels one, boolean dropName) {
    Labels labels = dropName ? Series.withoutName(many) : many;
    if (isOneToOne()) {
      Set<String> names = Set.copyOf(written.labels());
      return written.on() ? labels.only(names) : labels.without(names);
    }
    List<String> include = written.include();
    if (include.isEmpty()) {
      return labels;
    }
    Labels.Builder builder = labels.toBuilder();
    for (String name : include) {
      builder.set(name, one.get(name));
    }
    return builder.build();
  }

  /** The group as error messages show it: {@code {a="x"}}. */
  String describe(Labels labels) {
    return braces(labels.only(Set.copyOf(written.labels())));
  }

  /** Labels with braces, the metric name as one of them. */
  static String braces(Labels labels) {
    StringBuilder out = new StringBuilder("{");
    for (int i = 0; i < labels.size(); i++) {
      out.append(i == 0 ? "" : ", ").append(labels.name(i)).append('=');
      out.append(Quoting.quote(labels.value(i)));
    }
    return out.append('}').toString();
  }
}
