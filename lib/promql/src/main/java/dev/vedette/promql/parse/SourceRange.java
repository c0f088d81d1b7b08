package dev.vedette.promql.parse;

import java.nio.charset.StandardCharsets;

/** Where something stands in an expression: char offsets, {@code end} exclusive. */
public record SourceRange(int start, int end) {
  /** The start as users count it: line and column, the column in bytes; of the text it is in. */
  public String position(String text) {
    int at = Math.min(start, text.length());
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

  /** From the start of one to the end of another. */
  public static SourceRange between(SourceRange first, SourceRange last) {
    return new SourceRange(first.start, last.end);
  }
}
