package dev.vedette.wire.exposition;

import dev.vedette.model.ErrorId;
import dev.vedette.model.InvalidRequest;
import dev.vedette.model.Label;
import dev.vedette.model.Labels;
import dev.vedette.model.Utf8;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Turns the parts of a series into labels; made once per new line of text. */
final class SeriesText {
  private static final String EXPORTED = "exported_";

  private final ExpositionParser parser;
  // An empty value stays here: with honored labels it keeps the target's label away.
  private final Map<String, String> own = new LinkedHashMap<>();

  SeriesText(ExpositionParser parser, int nameFrom, int nameTo, boolean nameQuoted) {
    this.parser = parser;
    if (nameFrom != ExpositionParser.NONE) {
      put(Labels.METRIC_NAME, unescape(parser, nameFrom, nameTo, nameQuoted), nameFrom);
    }
  }

  SeriesText read(Offsets labels, BoundLabel bound) {
    for (int i = 0; i < labels.size(); i++) {
      String name = unescape(parser, labels.nameFrom(i), labels.nameTo(i), true);
      String value = unescape(parser, labels.valueFrom(i), labels.valueTo(i), true);
      String canonical = name.equals(bound.label()) ? Numbers.canonicalBound(value) : value;
      put(name, canonical, labels.nameFrom(i));
    }
    return this;
  }

  private void put(String name, String value, int offset) {
    if (name.isEmpty()) {
      throw parser.invalid(offset, "a label has an empty name");
    }
    if (name.equals(Labels.METRIC_NAME) && value.isEmpty()) {
      throw parser.invalid(offset, "the metric name is empty");
    }
    if (own.putIfAbsent(name, value) != null) {
      throw parser.invalid(offset, "label name \"%s\" comes twice in one series".formatted(name));
    }
  }

  Labels with(Labels target, boolean honorLabels) {
    Labels.Builder labels = new Labels.Builder();
    own.forEach(labels::set);
    List<String> displaced = new ArrayList<>();
    for (Label label : target) {
      String mine = own.get(label.name());
      if (mine == null || !honorLabels) {
        labels.set(label.name(), label.value());
      }
      if (mine != null && !mine.isEmpty() && !honorLabels) {
        displaced.add(label.name());
      }
    }
    keepDisplaced(labels, displaced);
    return labels.build();
  }

  /** Shorter names first, so that {@code exported_a} moves out of the way of {@code a}'s. */
  private void keepDisplaced(Labels.Builder labels, List<String> displaced) {
    displaced.sort(Comparator.comparingInt(String::length));
    for (String name : displaced) {
      String free = EXPORTED + name;
      while (!labels.get(free).isEmpty()) {
        free = EXPORTED + free;
      }
      labels.set(free, own.getOrDefault(name, ""));
    }
  }

  static String unescape(ExpositionParser parser, int from, int to, boolean escaped) {
    String text = utf8(parser, from, to);
    return escaped ? unescape(text, true) : text;
  }

  /** Text of a HELP line (quotes are escaped in OpenMetrics only), or any other text as it is. */
  static String unescapeHelp(
      ExpositionParser parser, int from, int to, boolean help, boolean quotes) {
    String text = utf8(parser, from, to);
    return help ? unescape(text, quotes) : text;
  }

  private static String unescape(String text, boolean quotes) {
    int slash = text.indexOf('\\');
    if (slash < 0) {
      return text;
    }
    StringBuilder out = new StringBuilder(text.length());
    int from = 0;
    while (slash >= 0 && slash + 1 < text.length()) {
      char c = text.charAt(slash + 1);
      boolean known = c == '\\' || c == 'n' || c == '"' && quotes;
      out.append(text, from, known ? slash : slash + 1);
      if (known) {
        out.append(c == 'n' ? '\n' : c);
      }
      from = known ? slash + 2 : slash + 1;
      slash = text.indexOf('\\', from);
    }
    return out.append(text, from, text.length()).toString();
  }

  private static String utf8(ExpositionParser parser, int from, int to) {
    try {
      return Utf8.decode(parser.body, from, to);
    } catch (CharacterCodingException e) {
      throw new InvalidRequest(
          ErrorId.INVALID_EXPOSITION,
          "line %d: \"%s\" is not UTF-8"
              .formatted(parser.line(from), parser.shown(from, to).replaceAll("\\p{Cntrl}", "?")),
          "expose names, label values and help as UTF-8",
          e);
    }
  }
}
