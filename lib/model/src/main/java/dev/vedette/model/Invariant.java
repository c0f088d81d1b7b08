package dev.vedette.model;

/** States what has to hold; a breach is a bug in this program, never a user's mistake. */
public final class Invariant {
  private Invariant() {}

  public static void check(boolean holds, String message) {
    if (!holds) {
      throw new IllegalStateException(message);
    }
  }

  public static void check(boolean holds, String format, long value) {
    if (!holds) {
      throw new IllegalStateException(format.formatted(value));
    }
  }

  public static void check(boolean holds, String format, long first, long second) {
    if (!holds) {
      throw new IllegalStateException(format.formatted(first, second));
    }
  }
}
