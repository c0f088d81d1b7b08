package dev.vedette.promql;

import dev.vedette.promql.parse.SourceRange;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a query has to say besides its result, each text once, with the part of the expression that
 * gave rise to it last, and in the order of those parts, whichever data came first. Bounded: of
 * each kind at most {@value #MOST} are kept.
 */
public final class Annotations {
  /** Of each kind. */
  public static final int MOST = 100;

  private static final String INFO = "PromQL info: ";
  private static final String WARNING = "PromQL warning: ";

  private static final Comparator<Map.Entry<String, SourceRange>> IN_ORDER =
      Comparator.<Map.Entry<String, SourceRange>>comparingInt(entry -> entry.getValue().start())
          .thenComparing(Map.Entry::getKey);

  private final Map<String, SourceRange> warnings = new LinkedHashMap<>();
  private final Map<String, SourceRange> infos = new LinkedHashMap<>();

  /** Something that probably is not what the user wants. */
  public void warn(String text, SourceRange where) {
    add(warnings, WARNING + text, where);
  }

  /** Something worth knowing. */
  public void info(String text, SourceRange where) {
    add(infos, INFO + text, where);
  }

  private static void add(Map<String, SourceRange> texts, String text, SourceRange where) {
    if (texts.size() < MOST || texts.containsKey(text)) {
      // Of two places that have the same to say, Prometheus names the last, too.
      texts.put(text, where);
    }
  }

  /** Says what others have to say, after what is said already. */
  public void addAll(Annotations others) {
    others.warnings.forEach((text, where) -> add(warnings, text, where));
    others.infos.forEach((text, where) -> add(infos, text, where));
  }

  /** Hands over what is said so far, and begins anew. */
  public Annotations take() {
    Annotations taken = new Annotations();
    if (!warnings.isEmpty() || !infos.isEmpty()) {
      taken.addAll(this);
      warnings.clear();
      infos.clear();
    }
    return taken;
  }

  /** Warnings with line and column in the expression: {@code … (1:5)}. */
  public List<String> warnings(String expression) {
    return texts(warnings, expression);
  }

  /** Infos with line and column in the expression. */
  public List<String> infos(String expression) {
    return texts(infos, expression);
  }

  /** Takes what was said: whether it is a warning, the text, and what it is about. */
  @FunctionalInterface
  public interface Taker {
    void take(boolean isWarning, String text, SourceRange where);
  }

  /** Everything that was said, as it was. */
  public void each(Taker taker) {
    warnings.forEach((text, where) -> taker.take(true, text.substring(WARNING.length()), where));
    infos.forEach((text, where) -> taker.take(false, text.substring(INFO.length()), where));
  }

  /** Infos without where they are from. */
  public List<String> infoTexts() {
    return infos.keySet().stream().map(text -> text.substring(INFO.length())).toList();
  }

  private static List<String> texts(Map<String, SourceRange> texts, String expression) {
    return texts.entrySet().stream()
        .sorted(IN_ORDER)
        .map(entry -> "%s (%s)".formatted(entry.getKey(), entry.getValue().position(expression)))
        .toList();
  }
}
