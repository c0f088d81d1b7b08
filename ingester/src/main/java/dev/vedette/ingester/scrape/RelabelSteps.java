package dev.vedette.ingester.scrape;

import dev.vedette.ingester.relabel.RelabelRule;
import dev.vedette.ingester.relabel.Relabeler;
import dev.vedette.model.Labels;
import dev.vedette.model.TargetSource.RelabelStep;
import dev.vedette.model.TargetSource.Relabeling;
import java.util.ArrayList;
import java.util.List;

/** Shows rule by rule what relabelling makes of a label set. */
final class RelabelSteps {
  private RelabelSteps() {}

  static List<RelabelStep> of(List<RelabelRule> rules, Labels labels) {
    List<Labels> outputs = Relabeler.of(rules).steps(labels);
    List<RelabelStep> steps = new ArrayList<>();
    for (int i = 0; i < rules.size(); i++) {
      boolean kept = i < outputs.size();
      steps.add(new RelabelStep(shown(rules.get(i)), kept ? outputs.get(i) : Labels.EMPTY, kept));
    }
    return steps;
  }

  private static Relabeling shown(RelabelRule rule) {
    return new Relabeling(
        rule.action().text(),
        rule.sourceLabels(),
        rule.separator(),
        rule.regex(),
        rule.modulus(),
        rule.targetLabel(),
        rule.replacement());
  }
}
