package dev.vedette.promql;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What a query has to say besides its result, each text once. Bounded: of each kind at most {@value
 * #MOST} are kept.
 */
public final class Annotations {
  static final int MOST = 100;

  private final Set<String> warnings = new LinkedHashSet<>();
  private final Set<String> infos = new LinkedHashSet<>();

  /** Something that probably is not what the user wants. */
  public void warn(String text) {
    add(warnings, "PromQL warning: " + text);
  }

  /** Something worth knowing. */
  public void info(String text) {
    add(infos, "PromQL info: " + text);
  }

  private static void add(Set<String> texts, String text) {
    if (texts.size() < MOST) {
      texts.add(text);
    }
  }

  public List<String> warnings() {
    return List.copyOf(warnings);
  }

  public List<String> infos() {
    return List.copyOf(infos);
  }
}
