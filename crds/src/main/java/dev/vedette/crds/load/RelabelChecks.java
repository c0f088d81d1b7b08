package dev.vedette.crds.load;

import com.google.re2j.PatternSyntaxException;
import dev.vedette.crds.Relabeling;
import dev.vedette.model.LabelRegex;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Which fields a relabelling rule needs and takes, by its action, as in Prometheus. */
final class RelabelChecks {
  private static final String DEFAULT_SEPARATOR = ";";
  private static final String DEFAULT_REGEX = "(.*)";
  private static final String DEFAULT_REPLACEMENT = "$1";

  private final Relabeling rule;
  private final FieldPath path;
  private final Findings findings;

  private RelabelChecks(Relabeling rule, FieldPath path, Findings findings) {
    this.rule = rule;
    this.path = path;
    this.findings = findings;
  }

  static void check(List<Relabeling> rules, FieldPath path, Findings findings) {
    for (int i = 0; i < rules.size(); i++) {
      new RelabelChecks(rules.get(i), path.item(i), findings).check();
    }
  }

  /** The message of the regex engine, empty where the expression is fine. */
  static Optional<String> regexError(String regex) {
    try {
      LabelRegex.compile(regex);
      return Optional.empty();
    } catch (PatternSyntaxException e) {
      return Optional.of(e.getDescription());
    }
  }

  private void check() {
    regexError(rule.regex())
        .ifPresent(
            error ->
                findings.add(
                    path.field("regex"),
                    "\"%s\" does not compile: %s".formatted(rule.regex(), error),
                    "an RE2 expression",
                    "RE2 has no look-around and no back-references"));
    switch (rule.action()) {
      case REPLACE -> needsTarget();
      case HASHMOD -> {
        needsTarget();
        if (rule.modulus() == null) {
          findings.add(path, "hashmod has no modulus", "a whole number", "set modulus");
        }
      }
      case LOWERCASE, UPPERCASE -> {
        needsTarget();
        refuseReplacement();
      }
      case KEEPEQUAL, DROPEQUAL -> {
        needsTarget();
        refuse("regex", !rule.regex().equals(DEFAULT_REGEX));
        refuseSeparator();
        refuseReplacement();
        refuse("modulus", rule.modulus() != null);
      }
      case LABELDROP, LABELKEEP -> {
        refuse("sourceLabels", !rule.sourceLabels().isEmpty());
        refuse("targetLabel", rule.targetLabel() != null);
        refuseSeparator();
        refuseReplacement();
        refuse("modulus", rule.modulus() != null);
      }
      case LABELMAP -> {
        if (rule.replacement().isEmpty()) {
          findings.add(path.field("replacement"), "labelmap has no name to give", "a text with $1");
        }
      }
      case KEEP, DROP -> {}
    }
  }

  private void needsTarget() {
    String target = rule.targetLabel();
    if (target == null || target.isEmpty()) {
      findings.add(
          path, "%s has no targetLabel".formatted(action()), "a label name", "set targetLabel");
    }
  }

  private void refuseSeparator() {
    refuse("separator", !rule.separator().equals(DEFAULT_SEPARATOR));
  }

  private void refuseReplacement() {
    refuse("replacement", !rule.replacement().equals(DEFAULT_REPLACEMENT));
  }

  private void refuse(String field, boolean given) {
    if (given) {
      findings.add(path.field(field), "%s takes no %s".formatted(action(), field), "", "remove it");
    }
  }

  private String action() {
    return rule.action().name().toLowerCase(Locale.ROOT);
  }
}
