package dev.vedette.querier;

/**
 * What a query asks.
 *
 * @param startMillis the first step; of an instant query its time
 * @param endMillis the last step; of an instant query its time
 * @param stepMillis 0 for an instant query
 */
public record Question(String expression, long startMillis, long endMillis, long stepMillis) {
  static Question at(String expression, long timeMillis) {
    return new Question(expression, timeMillis, timeMillis, 0);
  }

  /** The same of another expression. */
  Question asking(String other) {
    return new Question(other, startMillis, endMillis, stepMillis);
  }

  public boolean isInstant() {
    return stepMillis == 0;
  }

  /** {@code instant} or {@code range}. */
  public String kind() {
    return isInstant() ? "instant" : "range";
  }
}
