package dev.vedette.promql.exec;

import java.math.BigInteger;

/** Orders texts as people do: {@code host2} before {@code host10}. */
final class NaturalOrder {
  private NaturalOrder() {}

  static int compare(String a, String b) {
    int i = 0;
    int j = 0;
    while (i < a.length() && j < b.length()) {
      int endA = runEnd(a, i);
      int endB = runEnd(b, j);
      int order = compareRuns(a.substring(i, endA), b.substring(j, endB));
      if (order != 0) {
        return order;
      }
      i = endA;
      j = endB;
    }
    int byRest = Integer.compare(a.length() - i, b.length() - j);
    return byRest == 0 ? a.compareTo(b) : byRest;
  }

  private static int compareRuns(String a, String b) {
    return isDigit(a.charAt(0)) && isDigit(b.charAt(0))
        ? new BigInteger(a).compareTo(new BigInteger(b))
        : a.compareTo(b);
  }

  private static int runEnd(String text, int from) {
    int end = from + 1;
    while (end < text.length() && isDigit(text.charAt(end)) == isDigit(text.charAt(from))) {
      end++;
    }
    return end;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
