package dev.vedette.wire.exposition;

import dev.vedette.model.ErrorId;
import dev.vedette.model.InvalidRequest;
import dev.vedette.model.Labels;
import dev.vedette.model.Utf8;
import java.nio.charset.CharacterCodingException;

/** Turns the parts of a series or of metadata into strings; made once per new line of text. */
final class SeriesText {
  private SeriesText() {}

  static void addName(TextualParser parser, int from, int to, boolean quoted, SeriesLabels labels) {
    labels.put(Labels.METRIC_NAME, unescape(parser, from, to, quoted), from);
  }

  static void add(TextualParser parser, Offsets offsets, BoundLabel bound, SeriesLabels labels) {
    for (int i = 0; i < offsets.size(); i++) {
      String name = unescape(parser, offsets.nameFrom(i), offsets.nameTo(i), true);
      String value = unescape(parser, offsets.valueFrom(i), offsets.valueTo(i), true);
      String canonical = name.equals(bound.label()) ? Numbers.canonicalBound(value) : value;
      labels.put(name, canonical, offsets.nameFrom(i));
    }
  }

  static String unescape(TextualParser parser, int from, int to, boolean escaped) {
    String text = utf8(parser, from, to);
    return escaped ? unescape(text, true) : text;
  }

  /** Text of a HELP line (quotes are escaped in OpenMetrics only), or any other text as it is. */
  static String unescapeHelp(TextualParser parser, int from, int to, boolean help, boolean quotes) {
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

  private static String utf8(TextualParser parser, int from, int to) {
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
