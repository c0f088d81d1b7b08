package dev.vedette.promql.exec;

import dev.vedette.promql.Annotations;
import dev.vedette.promql.parse.SourceRange;

/** Takes down what a part of an expression has to say. */
public record Notes(Annotations annotations, SourceRange where) {
  public void warn(String text) {
    annotations.warn(text, where);
  }

  public void info(String text) {
    annotations.info(text, where);
  }
}
