package dev.vedette.promql.parse;

/** Durations as PromQL writes them: {@code 1h30m}, {@code 5d}, {@code 200ms}. */
public final class Durations {
  private static final String[] UNITS = {"y", "w", "d", "h", "m", "s", "ms"};
  private static final long[] MILLIS = {
    31_536_000_000L, 604_800_000L, 86_400_000L, 3_600_000L, 60_000L, 1000L, 1L
  };
  private static final long LONGEST_MILLIS = Long.MAX_VALUE / 1_000_000;

  private Durations() {}

  /**
   * Milliseconds of a duration with units, the larger unit first, each at most once.
   *
   * @throws IllegalArgumentException with a message for the user
   */
  public static long parseMillis(String text) {
    if (text.equals("0")) {
      return 0;
    }
    if (text.isEmpty()) {
      throw new IllegalArgumentException("empty duration string");
    }
    long total = 0;
    int lastUnit = -1;
    int at = 0;
    while (at < text.length()) {
      int digits = at;
      while (at < text.length() && Character.isDigit(text.charAt(at))) {
        at++;
      }
      int unitStart = at;
      while (at < text.length() && !Character.isDigit(text.charAt(at))) {
        at++;
      }
      String unit = text.substring(unitStart, at);
      if (digits == unitStart || unit.isEmpty()) {
        throw new IllegalArgumentException("not a valid duration string: \"%s\"".formatted(text));
      }
      int index = indexOf(unit);
      if (index < 0) {
        throw new IllegalArgumentException(
            "unknown unit \"%s\" in duration \"%s\"".formatted(unit, text));
      }
      if (index <= lastUnit) {
        throw new IllegalArgumentException("not a valid duration string: \"%s\"".formatted(text));
      }
      lastUnit = index;
      total = add(total, text.substring(digits, unitStart), MILLIS[index]);
    }
    return total;
  }

  private static long add(long total, String digits, long unitMillis) {
    try {
      long sum = Math.addExact(total, Math.multiplyExact(Long.parseLong(digits), unitMillis));
      if (sum <= LONGEST_MILLIS) {
        return sum;
      }
    } catch (ArithmeticException | NumberFormatException e) {
      // Too long, as below.
    }
    throw new IllegalArgumentException("duration out of range");
  }

  private static int indexOf(String unit) {
    for (int i = 0; i < UNITS.length; i++) {
      if (UNITS[i].equals(unit)) {
        return i;
      }
    }
    return -1;
  }

  /** The shortest text of a duration; years and weeks only where nothing remains. */
  public static String format(long millis) {
    if (millis == 0) {
      return "0s";
    }
    StringBuilder out = new StringBuilder();
    long rest = Math.abs(millis);
    for (int i = 0; i < UNITS.length; i++) {
      boolean onlyWhole = i < 2;
      if (onlyWhole && rest % MILLIS[i] != 0) {
        continue;
      }
      if (rest >= MILLIS[i]) {
        out.append(rest / MILLIS[i]).append(UNITS[i]);
        rest %= MILLIS[i];
      }
    }
    return millis < 0 ? "-" + out : out.toString();
  }
}
