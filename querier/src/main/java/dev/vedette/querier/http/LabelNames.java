package dev.vedette.querier.http;

/** Label names in URLs: those with unusual characters come escaped, with {@code U__} in front. */
final class LabelNames {
  private static final String PREFIX = "U__";

  private LabelNames() {}

  /**
   * The name that was escaped: {@code __} stands for an underscore, {@code _HEX_} for a code point.
   * What is not a well-formed escape is a name as it stands.
   */
  static String unescape(String name) {
    if (!name.startsWith(PREFIX)) {
      return name;
    }
    StringBuilder out = new StringBuilder(name.length());
    int at = PREFIX.length();
    while (at < name.length()) {
      char c = name.charAt(at++);
      if (c != '_') {
        out.append(c);
      } else if (at < name.length() && name.charAt(at) == '_') {
        out.append('_');
        at++;
      } else {
        int end = name.indexOf('_', at);
        int codePoint = end < 0 ? -1 : codePoint(name, at, end);
        if (codePoint < 0) {
          return name;
        }
        out.appendCodePoint(codePoint);
        at = end + 1;
      }
    }
    return out.toString();
  }

  private static int codePoint(String name, int from, int to) {
    if (to == from || to - from > 6) {
      return -1;
    }
    int value = 0;
    for (int i = from; i < to; i++) {
      int digit = Character.digit(name.charAt(i), 16);
      if (digit < 0) {
        return -1;
      }
      value = value << 4 | digit;
    }
    boolean surrogate = value >= Character.MIN_SURROGATE && value <= Character.MAX_SURROGATE;
    return Character.isValidCodePoint(value) && !surrogate ? value : -1;
  }
}
