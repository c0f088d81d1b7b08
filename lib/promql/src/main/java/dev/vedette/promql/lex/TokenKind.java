package dev.vedette.promql.lex;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Kinds of tokens. */
public enum TokenKind {
  END_OF_INPUT(Group.LITERAL),
  ERROR(Group.LITERAL),
  COMMENT(Group.LITERAL),
  IDENTIFIER(Group.LITERAL),
  METRIC_IDENTIFIER(Group.LITERAL),
  STRING(Group.LITERAL),
  NUMBER(Group.LITERAL),
  DURATION(Group.LITERAL),

  LEFT_PAREN(Group.PUNCTUATION),
  RIGHT_PAREN(Group.PUNCTUATION),
  LEFT_BRACE(Group.PUNCTUATION),
  RIGHT_BRACE(Group.PUNCTUATION),
  LEFT_BRACKET(Group.PUNCTUATION),
  RIGHT_BRACKET(Group.PUNCTUATION),
  COMMA(Group.PUNCTUATION),
  COLON(Group.PUNCTUATION),
  EQL(Group.PUNCTUATION),

  ADD(Group.OPERATOR),
  SUB(Group.OPERATOR),
  MUL(Group.OPERATOR),
  DIV(Group.OPERATOR),
  MOD(Group.OPERATOR),
  POW(Group.OPERATOR),
  EQLC(Group.OPERATOR),
  NEQ(Group.OPERATOR),
  GTR(Group.OPERATOR),
  LSS(Group.OPERATOR),
  GTE(Group.OPERATOR),
  LTE(Group.OPERATOR),
  TRIM_UPPER(Group.OPERATOR),
  TRIM_LOWER(Group.OPERATOR),
  EQL_REGEX(Group.OPERATOR),
  NEQ_REGEX(Group.OPERATOR),
  AT(Group.OPERATOR),
  LAND(Group.OPERATOR, "and"),
  LOR(Group.OPERATOR, "or"),
  LUNLESS(Group.OPERATOR, "unless"),
  ATAN2(Group.OPERATOR, "atan2"),

  SUM(Group.AGGREGATION, "sum"),
  AVG(Group.AGGREGATION, "avg"),
  COUNT(Group.AGGREGATION, "count"),
  MIN(Group.AGGREGATION, "min"),
  MAX(Group.AGGREGATION, "max"),
  GROUP(Group.AGGREGATION, "group"),
  STDDEV(Group.AGGREGATION, "stddev"),
  STDVAR(Group.AGGREGATION, "stdvar"),
  TOPK(Group.AGGREGATION, "topk"),
  BOTTOMK(Group.AGGREGATION, "bottomk"),
  COUNT_VALUES(Group.AGGREGATION, "count_values"),
  QUANTILE(Group.AGGREGATION, "quantile"),
  LIMITK(Group.AGGREGATION, "limitk"),
  LIMIT_RATIO(Group.AGGREGATION, "limit_ratio"),

  OFFSET(Group.KEYWORD, "offset"),
  SMOOTHED(Group.KEYWORD, "smoothed"),
  ANCHORED(Group.KEYWORD, "anchored"),
  BY(Group.KEYWORD, "by"),
  WITHOUT(Group.KEYWORD, "without"),
  ON(Group.KEYWORD, "on"),
  IGNORING(Group.KEYWORD, "ignoring"),
  GROUP_LEFT(Group.KEYWORD, "group_left"),
  GROUP_RIGHT(Group.KEYWORD, "group_right"),
  FILL(Group.KEYWORD, "fill"),
  FILL_LEFT(Group.KEYWORD, "fill_left"),
  FILL_RIGHT(Group.KEYWORD, "fill_right"),
  BOOL(Group.KEYWORD, "bool"),
  START(Group.KEYWORD, "start"),
  END(Group.KEYWORD, "end"),
  STEP(Group.KEYWORD, "step"),
  RANGE(Group.KEYWORD, "range"),
  MIN_OF(Group.KEYWORD, "min_of"),
  MAX_OF(Group.KEYWORD, "max_of");

  /** What a kind is for. */
  public enum Group {
    LITERAL,
    PUNCTUATION,
    OPERATOR,
    AGGREGATION,
    KEYWORD
  }

  private static final Map<String, TokenKind> WORDS = words();

  private final Group group;
  private final String word;

  TokenKind(Group group) {
    this(group, "");
  }

  TokenKind(Group group, String word) {
    this.group = group;
    this.word = word;
  }

  private static Map<String, TokenKind> words() {
    Map<String, TokenKind> words = new HashMap<>();
    for (TokenKind kind : values()) {
      if (!kind.word.isEmpty()) {
        words.put(kind.word, kind);
      }
    }
    words.put("inf", NUMBER);
    words.put("nan", NUMBER);
    return Map.copyOf(words);
  }

  public Group group() {
    return group;
  }

  /** The lower-case word of keywords, aggregations and worded operators; empty for others. */
  public String word() {
    return word;
  }

  /** The kind of a reserved word in any case; {@code inf} and {@code nan} are numbers. */
  static Optional<TokenKind> ofWord(String text) {
    return Optional.ofNullable(WORDS.get(text.toLowerCase(Locale.ROOT)));
  }
}
