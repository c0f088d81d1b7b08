package dev.vedette.promql.parse;

/** What an expression gives. */
public enum ValueType {
  SCALAR("scalar", "scalar"),
  STRING("string", "string"),
  INSTANT_VECTOR("vector", "instant vector"),
  RANGE_VECTOR("matrix", "range vector");

  private final String text;
  private final String words;

  ValueType(String text, String words) {
    this.text = text;
    this.words = words;
  }

  /** As the API spells it: {@code matrix}. */
  public String text() {
    return text;
  }

  /** As the manual spells it: {@code range vector}. */
  public String words() {
    return words;
  }
}
