package dev.vedette.promql;

import dev.vedette.promql.parse.SourceRange;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a query has to say besides its result, each text once, with the part of the expression that
 * first gave rise to it. Bounded: of each kind at most {@value #MOST} are kept.
 */
public final class Annotations {
  static final int MOST = 100;

  private final Map<String, SourceRange> warnings = new LinkedHashMap<>();
  private final Map<String, SourceRange> infos = new LinkedHashMap<>();

  /** Something that probably is not what the user wants. */
  public void warn(String text, SourceRange where) {
    add(warnings, "PromQL warning: " + text, where);
  }

  /** Something worth knowing. */
  public void info(String text, SourceRange where) {
    add(infos, "PromQL info: " + text, where);
  }

  private static void add(Map<String, SourceRange> texts, String text, SourceRange where) {
    if (texts.size() < MOST || texts.containsKey(text)) {
      // Of two places that have the same to say, Prometheus names the last, too.
      texts.put(text, where);
    }
  }

  /** Warnings with line and column in the expression: {@code … (1:5)}. */
  public List<String> warnings(String expression) {
    return texts(warnings, expression);
  }

  /** Infos with line and column in the expression. */
  public List<String> infos(String expression) {
    return texts(infos, expression);
  }

  private static List<String> texts(Map<String, SourceRange> texts, String expression) {
    return texts.entrySet().stream()
        .map(entry -> "%s (%s)".formatted(entry.getKey(), entry.getValue().position(expression)))
        .toList();
  }
}
