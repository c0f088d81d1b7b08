package dev.vedette.promql.script;

import dev.vedette.promql.parse.Durations;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Start timestamps of the series in the next line: {@code metric@st _ -1mx3 -30s-1mx2}, each
 * relative to its sample, in milliseconds.
 */
record StartLine(List<OptionalLong> starts) {
  private static final String DURATION = "(?:\\d+(?:ms|[smhdwy]))+|0";
  private static final Pattern HEAD = Pattern.compile("^.*?@st(?=\\s|$)");
  private static final Pattern ITEM =
      Pattern.compile("(_|[+-]?(?:%1$s))(?:([+-])(%1$s))?(?:x(\\d+))?".formatted(DURATION));

  static boolean is(String line) {
    return HEAD.matcher(line).find();
  }

  /** Throws {@link IllegalArgumentException} where an item is not one. */
  static StartLine parse(String line) {
    Matcher head = HEAD.matcher(line);
    if (!head.find()) {
      throw new IllegalArgumentException("\"%s\" has no @st".formatted(line));
    }
    List<OptionalLong> starts = new ArrayList<>();
    for (String item : line.substring(head.end()).strip().split("\\s+")) {
      add(item, starts);
    }
    return new StartLine(starts);
  }

  private static void add(String item, List<OptionalLong> starts) {
    Matcher matcher = ITEM.matcher(item);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "\"%s\" is no start timestamp; write _, -1m, -1mx3 or -30s-1mx3".formatted(item));
    }
    int times = matcher.group(4) == null ? 0 : Integer.parseInt(matcher.group(4));
    if (matcher.group(1).equals("_")) {
      for (int i = 0; i < (matcher.group(4) == null ? 1 : times); i++) {
        starts.add(OptionalLong.empty());
      }
      return;
    }
    long start = millis(matcher.group(1));
    long increment = matcher.group(3) == null ? 0 : millis(matcher.group(2) + matcher.group(3));
    for (int i = 0; i <= times; i++) {
      starts.add(OptionalLong.of(start + i * increment));
    }
  }

  private static long millis(String text) {
    boolean negative = text.startsWith("-");
    String unsigned = negative || text.startsWith("+") ? text.substring(1) : text;
    long millis = unsigned.equals("0") ? 0 : Durations.parseMillis(unsigned);
    return negative ? -millis : millis;
  }

  /** The start timestamp of a sample, 0 where it has none. */
  long startOf(int sample, long timestampMillis) {
    OptionalLong start = sample < starts.size() ? starts.get(sample) : OptionalLong.empty();
    return start.isPresent() ? timestampMillis + start.getAsLong() : 0;
  }
}
