package dev.vedette.promql.parse;

import dev.vedette.model.ErrorId;
import dev.vedette.model.InvalidRequest;
import java.nio.charset.StandardCharsets;

/** Says what is wrong with an expression, and where: line and column, the column in bytes. */
final class ParseErrors {
  private final String text;

  ParseErrors(String text) {
    this.text = text;
  }

  InvalidRequest at(SourceRange range, String message) {
    return new InvalidRequest(
        ErrorId.INVALID_EXPRESSION, "%s: parse error: %s".formatted(position(range), message), "");
  }

  private String position(SourceRange range) {
    if (text.isEmpty()) {
      return "unknown position";
    }
    int at = Math.min(range.start(), text.length());
    int line = 1;
    int lineStart = 0;
    for (int i = 0; i < at; i++) {
      if (text.charAt(i) == '\n') {
        line++;
        lineStart = i + 1;
      }
    }
    int column = text.substring(lineStart, at).getBytes(StandardCharsets.UTF_8).length + 1;
    return line + ":" + column;
  }
}
