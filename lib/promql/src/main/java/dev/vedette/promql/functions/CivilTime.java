package dev.vedette.promql.functions;

/**
 * The Gregorian calendar in UTC for any number of seconds that fits a long, which is beyond what
 * {@code java.time} knows. Days are counted in eras of 400 years from 1 March of year 0.
 */
record CivilTime(long year, int month, int day, int dayOfYear, int secondOfDay, int dayOfWeek) {
  private static final int DAYS_PER_ERA = 146_097;
  private static final int DAYS_TO_1970 = 719_468;
  private static final int SECONDS_PER_DAY = 86_400;

  static CivilTime ofSeconds(long seconds) {
    long days = Math.floorDiv(seconds, SECONDS_PER_DAY);
    int second = (int) Math.floorMod(seconds, (long) SECONDS_PER_DAY);
    long shifted = days + DAYS_TO_1970;
    long era = Math.floorDiv(shifted, DAYS_PER_ERA);
    int dayOfEra = (int) Math.floorMod(shifted, (long) DAYS_PER_ERA);
    int yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
    int dayFromMarch = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
    int monthFromMarch = (5 * dayFromMarch + 2) / 153;
    int day = dayFromMarch - (153 * monthFromMarch + 2) / 5 + 1;
    int month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
    long year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
    int weekday = (int) Math.floorMod(days + 4, 7L);
    return new CivilTime(year, month, day, dayOfYear(year, month, day), second, weekday);
  }

  private static int dayOfYear(long year, int month, int day) {
    int days = day;
    for (int m = 1; m < month; m++) {
      days += daysIn(year, m);
    }
    return days;
  }

  private static int daysIn(long year, int month) {
    return switch (month) {
      case 2 -> year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
      case 4, 6, 9, 11 -> 30;
      default -> 31;
    };
  }

  int daysInMonth() {
    return daysIn(year, month);
  }

  int hour() {
    return secondOfDay / 3600;
  }

  int minute() {
    return secondOfDay / 60 % 60;
  }
}
