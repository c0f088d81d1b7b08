package dev.vedette.promql.explain;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A {@link PlanTree} as indented text, a line for each part and each read. */
public final class PlanText {
  private static final String INDENT = "  ";

  private final StringBuilder out = new StringBuilder();

  private PlanText() {}

  /** The text of a tree, whether it was made here or came over the network. */
  public static String of(Map<?, ?> tree) {
    PlanText text = new PlanText();
    text.part(tree, "");
    return text.out.toString();
  }

  private void part(Map<?, ?> part, String indent) {
    line(
        "%s%s: %s  %s series x %s steps, %s, of it %s here",
        indent,
        part.get("kind"),
        part.get("expression"),
        part.get("series"),
        part.get("steps"),
        millis(part.get("seconds")),
        millis(part.get("ownSeconds")));
    for (Object known : list(part.get("cached"))) {
      known((Map<?, ?>) known, indent + INDENT);
    }
    for (Object read : list(part.get("reads"))) {
      read((Map<?, ?>) read, indent + INDENT);
    }
    for (Object inner : list(part.get("parts"))) {
      part((Map<?, ?>) inner, indent + INDENT);
    }
  }

  private void known(Map<?, ?> known, String indent) {
    line(
        "%scached: %s steps from %s to %s were known and would not be worked out again",
        indent, known.get("steps"), time(known.get("start")), time(known.get("end")));
  }

  private void read(Map<?, ?> read, String indent) {
    Object estimate = read.get("estimatedSeries");
    line(
        "%sreads %s of %s, from %s to %s: %s series%s, %s samples, %s bytes, %s; the source did: %s",
        indent,
        read.get("selector"),
        read.get("tier"),
        time(read.get("start")),
        time(read.get("end")),
        read.get("series"),
        estimate == null ? "" : " (about %s expected)".formatted(estimate),
        read.get("samples"),
        read.get("bytes"),
        millis(read.get("seconds")),
        String.join(", ", list(read.get("pushedDown")).stream().map(String::valueOf).toList()));
  }

  private static List<?> list(@Nullable Object value) {
    return value instanceof List<?> list ? list : List.of();
  }

  private static String millis(@Nullable Object seconds) {
    double millis = seconds instanceof Number number ? number.doubleValue() * 1000 : 0;
    return String.format(Locale.ROOT, "%.2f ms", millis);
  }

  private static String time(@Nullable Object seconds) {
    return seconds instanceof Number number
        ? Instant.ofEpochMilli(Math.round(number.doubleValue() * 1000)).toString()
        : "?";
  }

  private void line(String format, @Nullable Object... values) {
    out.append(format.formatted(values)).append('\n');
  }
}
