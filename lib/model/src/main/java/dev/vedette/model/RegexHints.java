package dev.vedette.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What can be said of an anchored regular expression without running it: that it is a mere list of
 * texts, or that all it matches begins alike. Says nothing rather than something uncertain.
 */
public final class RegexHints {
  private static final String META = "\\.+*?()|[]{}^$";

  private RegexHints() {}

  /** The texts of {@code a|b|c} or {@code (a|b|c)}; empty where there is more to the expression. */
  public static Optional<List<String>> literals(String regex) {
    String body = regex;
    if (body.startsWith("(") && body.endsWith(")") && !body.endsWith("\\)")) {
      body = body.substring(1, body.length() - 1);
    }
    List<String> texts = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < body.length(); i++) {
      char c = body.charAt(i);
      if (c == '|') {
        texts.add(text.toString());
        text.setLength(0);
      } else if (c == '\\' && isEscapedMeta(body, i)) {
        text.append(body.charAt(++i));
      } else if (META.indexOf(c) < 0) {
        text.append(c);
      } else {
        return Optional.empty();
      }
    }
    texts.add(text.toString());
    return Optional.of(texts);
  }

  /** A text that every match begins with; often empty. */
  public static String prefix(String regex) {
    if (regex.indexOf('|') >= 0) {
      // Alternatives begin as they like, unless all are inside one group; no closer look at that.
      return "";
    }
    StringBuilder prefix = new StringBuilder();
    for (int i = 0; i < regex.length(); i++) {
      char c = regex.charAt(i);
      boolean escaped = c == '\\' && isEscapedMeta(regex, i);
      if (!escaped && META.indexOf(c) >= 0) {
        break;
      }
      int after = escaped ? i + 2 : i + 1;
      if (after < regex.length() && "*?+{".indexOf(regex.charAt(after)) >= 0) {
        break;
      }
      prefix.append(regex.charAt(after - 1));
      i = after - 1;
    }
    return withoutHalfCharacter(prefix);
  }

  /**
   * A text that begins and ends in a way, with anything between.
   *
   * @param least characters between
   */
  record Gap(String prefix, int least, String suffix) {
    boolean matches(String value) {
      return value.length() >= prefix.length() + least + suffix.length()
          && value.startsWith(prefix)
          && value.endsWith(suffix);
    }
  }

  /** The parts of {@code prefix.*suffix} or {@code prefix.+suffix}, where that is all there is. */
  static Optional<Gap> gap(String regex) {
    int dot = regex.indexOf('.');
    if (dot < 0 || dot + 1 == regex.length() || "*+".indexOf(regex.charAt(dot + 1)) < 0) {
      return Optional.empty();
    }
    String prefix = regex.substring(0, dot);
    String suffix = regex.substring(dot + 2);
    return isPlain(prefix) && isPlain(suffix)
        ? Optional.of(new Gap(prefix, regex.charAt(dot + 1) == '+' ? 1 : 0, suffix))
        : Optional.empty();
  }

  private static boolean isPlain(String text) {
    return text.chars().noneMatch(c -> META.indexOf(c) >= 0);
  }

  private static boolean isEscapedMeta(String regex, int backslash) {
    return backslash + 1 < regex.length() && META.indexOf(regex.charAt(backslash + 1)) >= 0;
  }

  private static String withoutHalfCharacter(StringBuilder prefix) {
    int length = prefix.length();
    if (length > 0 && Character.isHighSurrogate(prefix.charAt(length - 1))) {
      prefix.setLength(length - 1);
    }
    return prefix.toString();
  }
}
