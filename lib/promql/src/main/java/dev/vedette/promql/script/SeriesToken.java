package dev.vedette.promql.script;

/** A piece of the values of a series line; {@code start} counts from the start of the line. */
public record SeriesToken(Kind kind, int start, String text) {
  /** What it is; names are those of Prometheus' own lexer. */
  public enum Kind {
    SPACE,
    BLANK,
    NUMBER,
    TIMES,
    ADD,
    SUB,
    OPEN_HIST,
    CLOSE_HIST,
    COLON,
    LEFT_BRACKET,
    RIGHT_BRACKET,
    IDENTIFIER,
    SUM_DESC("sum"),
    COUNT_DESC("count"),
    SCHEMA_DESC("schema"),
    OFFSET_DESC("offset"),
    NEGATIVE_OFFSET_DESC("n_offset"),
    BUCKETS_DESC("buckets"),
    NEGATIVE_BUCKETS_DESC("n_buckets"),
    ZERO_BUCKET_DESC("z_bucket"),
    ZERO_BUCKET_WIDTH_DESC("z_bucket_w"),
    CUSTOM_VALUES_DESC("custom_values"),
    COUNTER_RESET_HINT_DESC("counter_reset_hint");

    // Of SUM_DESC in Prometheus' generated parser, which shows numbers in its messages.
    private static final int FIRST_DESCRIPTOR = 57370;

    private final String word;

    Kind() {
      this("");
    }

    Kind(String word) {
      this.word = word;
    }

    /** The key of a histogram that it stands for; empty for all others. */
    String word() {
      return word;
    }

    /** As Prometheus shows it in messages. */
    String shown() {
      return "<Item %d>".formatted(FIRST_DESCRIPTOR + ordinal() - SUM_DESC.ordinal());
    }
  }

  int end() {
    return start + text.length();
  }
}
