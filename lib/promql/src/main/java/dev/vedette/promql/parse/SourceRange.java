package dev.vedette.promql.parse;

/** Where something stands in an expression: char offsets, {@code end} exclusive. */
public record SourceRange(int start, int end) {
  /** From the start of one to the end of another. */
  public static SourceRange between(SourceRange first, SourceRange last) {
    return new SourceRange(first.start, last.end);
  }
}
