package dev.vedette.ingester.relabel;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import dev.vedette.model.ErrorId;
import dev.vedette.model.InvalidRequest;
import dev.vedette.model.Label;
import dev.vedette.model.Labels;
import dev.vedette.model.Utf8;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Rules compiled once and applied in order to label sets. Immutable; any thread. A label set costs
 * a pass over each rule's source labels and one regular expression match.
 */
public final class Relabeler {
  /** Keeps every label set as it is. */
  public static final Relabeler NONE = new Relabeler(List.of());

  private final List<Compiled> rules;

  private record Compiled(RelabelRule rule, Pattern pattern) {}

  private Relabeler(List<Compiled> rules) {
    this.rules = rules;
  }

  /**
   * Compiles rules.
   *
   * @throws InvalidRequest ({@code invalid-resource}) naming every problem of every rule
   */
  public static Relabeler of(List<RelabelRule> rules) {
    List<String> problems = new ArrayList<>();
    for (int i = 0; i < rules.size(); i++) {
      for (String problem : rules.get(i).problems()) {
        problems.add("rule %d: %s".formatted(i + 1, problem));
      }
    }
    if (!problems.isEmpty()) {
      throw new InvalidRequest(
          ErrorId.INVALID_RESOURCE, String.join("; ", problems), "correct the relabelling rules");
    }
    return new Relabeler(
        rules.stream().map(rule -> new Compiled(rule, Template.compile(rule.regex()))).toList());
  }

  public boolean isEmpty() {
    return rules.isEmpty();
  }

  /** The label set after all rules; empty where one of them drops it. */
  public Optional<Labels> apply(Labels labels) {
    if (rules.isEmpty()) {
      return Optional.of(labels);
    }
    Labels.Builder builder = labels.toBuilder();
    for (Compiled rule : rules) {
      if (!apply(rule.rule, rule.pattern, builder)) {
        return Optional.empty();
      }
    }
    return Optional.of(builder.build());
  }

  /** The label set behind each rule, up to the one that drops it. */
  public List<Labels> steps(Labels labels) {
    Labels.Builder builder = labels.toBuilder();
    List<Labels> steps = new ArrayList<>();
    for (Compiled rule : rules) {
      if (!apply(rule.rule, rule.pattern, builder)) {
        return steps;
      }
      steps.add(builder.build());
    }
    return steps;
  }

  private static boolean apply(RelabelRule rule, Pattern pattern, Labels.Builder labels) {
    String value = joined(rule, labels);
    switch (rule.action()) {
      case KEEP -> {
        return pattern.matches(value);
      }
      case DROP -> {
        return !pattern.matches(value);
      }
      case KEEPEQUAL -> {
        return labels.get(rule.targetLabel()).equals(value);
      }
      case DROPEQUAL -> {
        return !labels.get(rule.targetLabel()).equals(value);
      }
      case REPLACE -> replace(rule, pattern, value, labels);
      case HASHMOD -> labels.set(rule.targetLabel(), hashMod(value, rule.modulus()));
      case LOWERCASE -> labels.set(rule.targetLabel(), value.toLowerCase(Locale.ROOT));
      case UPPERCASE -> labels.set(rule.targetLabel(), value.toUpperCase(Locale.ROOT));
      case LABELMAP -> map(rule, pattern, labels);
      case LABELDROP -> retain(pattern, false, labels);
      case LABELKEEP -> retain(pattern, true, labels);
    }
    return true;
  }

  private static String joined(RelabelRule rule, Labels.Builder labels) {
    List<String> names = rule.sourceLabels();
    if (names.size() == 1) {
      return labels.get(names.getFirst());
    }
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < names.size(); i++) {
      out.append(i == 0 ? "" : rule.separator()).append(labels.get(names.get(i)));
    }
    return out.toString();
  }

  private static void replace(
      RelabelRule rule, Pattern pattern, String value, Labels.Builder labels) {
    Matcher match = pattern.matcher(value);
    if (!match.find()) {
      return;
    }
    String target = Template.expand(rule.targetLabel(), match);
    if (!target.isEmpty()) {
      labels.set(target, Template.expand(rule.replacement(), match));
    }
  }

  private static void map(RelabelRule rule, Pattern pattern, Labels.Builder labels) {
    for (Label label : labels.build()) {
      Matcher match = pattern.matcher(label.name());
      if (match.find()) {
        String target = Template.expand(rule.replacement(), match);
        if (!target.isEmpty()) {
          labels.set(target, label.value());
        }
      }
    }
  }

  private static void retain(Pattern pattern, boolean matching, Labels.Builder labels) {
    for (Label label : labels.build()) {
      if (pattern.matches(label.name()) != matching) {
        labels.remove(label.name());
      }
    }
  }

  /** The last eight bytes of the MD5 of the value, as an unsigned number, modulo. */
  private static String hashMod(String value, long modulus) {
    byte[] digest = md5().digest(Utf8.encode(value));
    long hash = ByteBuffer.wrap(digest).getLong(8);
    return Long.toUnsignedString(Long.remainderUnsigned(hash, modulus));
  }

  private static MessageDigest md5() {
    try {
      return MessageDigest.getInstance("MD5");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("BUG: every Java platform has MD5", e);
    }
  }
}
