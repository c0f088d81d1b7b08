package dev.vedette.ingester.relabel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * One rule, as a ScrapeTarget writes it. {@link #of} gives the defaults; the {@code with…} methods
 * change them.
 *
 * @param sourceLabels labels whose values, joined by the separator, the rule looks at
 * @param regex RE2, must match the whole joined value
 * @param modulus for {@code hashmod}; 0 where not set
 * @param targetLabel where the result goes; may hold {@code $1} with {@code replace}
 * @param replacement may hold {@code $1} or {@code ${name}}
 */
public record RelabelRule(
    Action action,
    List<String> sourceLabels,
    String separator,
    String regex,
    long modulus,
    String targetLabel,
    String replacement) {
  public static final String DEFAULT_SEPARATOR = ";";
  public static final String DEFAULT_REGEX = "(.*)";
  public static final String DEFAULT_REPLACEMENT = "$1";

  /** What a rule does. */
  public enum Action {
    REPLACE,
    KEEP,
    DROP,
    KEEPEQUAL,
    DROPEQUAL,
    HASHMOD,
    LABELMAP,
    LABELDROP,
    LABELKEEP,
    LOWERCASE,
    UPPERCASE;

    /** As resources spell it, in any case; empty where there is no such action. */
    public static Optional<Action> named(String name) {
      return Arrays.stream(values())
          .filter(action -> action.text().equalsIgnoreCase(name))
          .findAny();
    }

    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public RelabelRule {
    sourceLabels = List.copyOf(sourceLabels);
  }

  /** A rule with everything else at its default. */
  public static RelabelRule of(Action action) {
    return new RelabelRule(
        action, List.of(), DEFAULT_SEPARATOR, DEFAULT_REGEX, 0, "", DEFAULT_REPLACEMENT);
  }

  public RelabelRule withSourceLabels(List<String> labels) {
    return new RelabelRule(action, labels, separator, regex, modulus, targetLabel, replacement);
  }

  public RelabelRule withSeparator(String text) {
    return new RelabelRule(action, sourceLabels, text, regex, modulus, targetLabel, replacement);
  }

  public RelabelRule withRegex(String text) {
    return new RelabelRule(
        action, sourceLabels, separator, text, modulus, targetLabel, replacement);
  }

  public RelabelRule withModulus(long value) {
    return new RelabelRule(action, sourceLabels, separator, regex, value, targetLabel, replacement);
  }

  public RelabelRule withTargetLabel(String label) {
    return new RelabelRule(action, sourceLabels, separator, regex, modulus, label, replacement);
  }

  public RelabelRule withReplacement(String text) {
    return new RelabelRule(action, sourceLabels, separator, regex, modulus, targetLabel, text);
  }

  /** What is wrong with the rule, all of it, each a sentence; empty where it is usable. */
  public List<String> problems() {
    List<String> problems = new ArrayList<>();
    Template.problem(regex).ifPresent(problems::add);
    switch (action) {
      case REPLACE -> needsTarget(problems);
      case HASHMOD -> {
        needsTarget(problems);
        if (modulus <= 0) {
          problems.add("hashmod needs a modulus above 0, found %d".formatted(modulus));
        }
      }
      case LOWERCASE, UPPERCASE -> {
        needsTarget(problems);
        onlyDefault(problems, "replacement", replacement, DEFAULT_REPLACEMENT);
      }
      case KEEPEQUAL, DROPEQUAL -> {
        needsTarget(problems);
        onlyDefault(problems, "regex", regex, DEFAULT_REGEX);
        onlyDefault(problems, "separator", separator, DEFAULT_SEPARATOR);
        onlyDefault(problems, "replacement", replacement, DEFAULT_REPLACEMENT);
        onlyDefault(problems, "modulus", Long.toString(modulus), "0");
      }
      case LABELDROP, LABELKEEP -> {
        onlyDefault(problems, "sourceLabels", String.join(",", sourceLabels), "");
        onlyDefault(problems, "targetLabel", targetLabel, "");
        onlyDefault(problems, "separator", separator, DEFAULT_SEPARATOR);
        onlyDefault(problems, "replacement", replacement, DEFAULT_REPLACEMENT);
        onlyDefault(problems, "modulus", Long.toString(modulus), "0");
      }
      case LABELMAP -> {
        if (replacement.isEmpty() || Template.isBroken(replacement)) {
          problems.add(
              "labelmap cannot name labels by the replacement \"%s\"".formatted(replacement));
        }
      }
      case KEEP, DROP -> {}
    }
    return problems;
  }

  private void needsTarget(List<String> problems) {
    if (targetLabel.isEmpty()) {
      problems.add("%s needs a targetLabel".formatted(action.text()));
    } else if (Template.isBroken(targetLabel)) {
      problems.add("\"%s\" cannot be a targetLabel".formatted(targetLabel));
    }
  }

  private void onlyDefault(List<String> problems, String field, String value, String standard) {
    if (!value.equals(standard)) {
      problems.add("%s takes no %s, found \"%s\"".formatted(action.text(), field, value));
    }
  }
}
