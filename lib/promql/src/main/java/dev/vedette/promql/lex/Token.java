package dev.vedette.promql.lex;

import java.util.Locale;

/**
 * One token of an expression.
 *
 * @param start offset of its first char
 * @param end offset behind its last char
 * @param text as written; of an {@link TokenKind#ERROR} the message
 */
public record Token(TokenKind kind, int start, int end, String text) {
  /** As error messages name a token that was not expected. */
  public String describe() {
    return switch (kind.group()) {
      case KEYWORD -> "<" + text + ">";
      case OPERATOR -> "<op:" + text + ">";
      case AGGREGATION -> "<aggr:" + text + ">";
      case PUNCTUATION -> '"' + text + '"';
      case LITERAL ->
          switch (kind) {
            case END_OF_INPUT -> "end of input";
            case ERROR -> text;
            case IDENTIFIER -> "identifier " + Quoting.quote(text);
            case METRIC_IDENTIFIER -> "metric identifier " + Quoting.quote(text);
            default -> kind.name().toLowerCase(Locale.ROOT) + " " + shortened();
          };
    };
  }

  private String shortened() {
    return text.length() > 10 ? Quoting.quote(text.substring(0, 10)) + "..." : Quoting.quote(text);
  }
}
