package dev.vedette.promql.parse;

import dev.vedette.model.ErrorId;
import dev.vedette.model.InvalidRequest;

/** Says what is wrong with an expression, and where: line and column, the column in bytes. */
final class ParseErrors {
  private final String text;

  ParseErrors(String text) {
    this.text = text;
  }

  InvalidRequest at(SourceRange range, String message) {
    String position = text.isEmpty() ? "unknown position" : range.position(text);
    return new InvalidRequest(
        ErrorId.INVALID_EXPRESSION, "%s: parse error: %s".formatted(position, message), "");
  }
}
