package dev.vedette.promql.functions;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.vedette.model.LabelRegex;
import dev.vedette.model.Labels;
import dev.vedette.promql.exec.Evaluation;
import dev.vedette.promql.lex.Quoting;
import java.util.List;
import java.util.function.UnaryOperator;

/** Functions that change labels and nothing else. */
public final class LabelFunctions {
  // No label that is stored is as long; made of each other they could grow without end.
  private static final int MOST_CHARS = 1 << 20;

  private LabelFunctions() {}

  /** {@code label_replace}. */
  public static UnaryOperator<Labels> replace(
      String target, String replacement, String source, String regex) {
    if (target.isEmpty() || target.indexOf('\uFFFD') >= 0) {
      throw Evaluation.failed("invalid destination label name in label_replace(): " + target);
    }
    Pattern pattern;
    try {
      pattern = LabelRegex.compile(regex);
    } catch (PatternSyntaxException _) {
      throw Evaluation.failed("invalid regular expression in label_replace(): " + regex);
    }
    return labels -> {
      Matcher matcher = pattern.matcher(labels.get(source));
      return matcher.matches()
          ? labels.toBuilder().set(target, expand(replacement, matcher)).build()
          : labels;
    };
  }

  /** {@code label_join}. */
  public static UnaryOperator<Labels> join(String target, String separator, List<String> sources) {
    if (target.isEmpty()) {
      throw Evaluation.failed(
          "invalid destination label name in label_join(): " + Quoting.quote(target));
    }
    return labels -> {
      StringBuilder joined = new StringBuilder();
      for (int i = 0; i < sources.size(); i++) {
        append(i == 0 ? "" : separator, joined);
        append(labels.get(sources.get(i)), joined);
      }
      return labels.toBuilder().set(target, joined.toString()).build();
    };
  }

  private static void append(String text, StringBuilder out) {
    if (text.length() > MOST_CHARS - out.length()) {
      throw Evaluation.failed(
          "a label value would have more than %d characters; make it of shorter ones"
              .formatted(MOST_CHARS));
    }
    out.append(text);
  }

  /** Go's templates: {@code $1}, {@code $name}, {@code ${1}}, {@code $$}; unknown ones vanish. */
  private static String expand(String template, Matcher matcher) {
    StringBuilder out = new StringBuilder();
    int at = 0;
    while (at < template.length()) {
      char c = template.charAt(at);
      if (c != '$' || at + 1 == template.length()) {
        out.append(c);
        at++;
        continue;
      }
      if (template.charAt(at + 1) == '$') {
        out.append('$');
        at += 2;
        continue;
      }
      boolean braces = template.charAt(at + 1) == '{';
      int from = at + (braces ? 2 : 1);
      int to = from;
      while (to < template.length() && isWord(template.charAt(to))) {
        to++;
      }
      boolean closed = !braces || to < template.length() && template.charAt(to) == '}';
      if (to == from || !closed) {
        out.append('$');
        at++;
        continue;
      }
      append(group(matcher, template.substring(from, to)), out);
      at = braces ? to + 1 : to;
    }
    return out.toString();
  }

  private static boolean isWord(char c) {
    return c == '_' || Character.isLetterOrDigit(c);
  }

  private static String group(Matcher matcher, String name) {
    String value;
    try {
      if (name.chars().allMatch(c -> c >= '0' && c <= '9')) {
        int index = name.length() > 4 ? Integer.MAX_VALUE : Integer.parseInt(name);
        value = index <= matcher.groupCount() ? matcher.group(index) : "";
      } else {
        value = matcher.group(name);
      }
    } catch (IllegalArgumentException e) {
      // The pattern has no group of that name.
      value = "";
    }
    return value == null ? "" : value;
  }
}
