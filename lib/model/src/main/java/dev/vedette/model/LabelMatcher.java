package dev.vedette.model;

import com.google.re2j.PatternSyntaxException;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A test on one label. A label that is absent counts as the empty string. Regular expressions are
 * RE2's and must match the whole value.
 */
public final class LabelMatcher {
  /** How the value is compared. */
  public enum Type {
    EQUAL("="),
    NOT_EQUAL("!="),
    REGEX("=~"),
    NOT_REGEX("!~");

    private final String symbol;

    Type(String symbol) {
      this.symbol = symbol;
    }

    public String symbol() {
      return symbol;
    }
  }

  private final Type type;
  private final String name;
  private final String value;
  private final @Nullable Predicate<String> regex;

  /** Throws {@link InvalidRequest} where a regular expression does not compile. */
  public LabelMatcher(Type type, String name, String value) {
    this.type = type;
    this.name = name;
    this.value = value;
    this.regex = type == Type.REGEX || type == Type.NOT_REGEX ? compile(value) : null;
  }

  public static LabelMatcher equal(String name, String value) {
    return new LabelMatcher(Type.EQUAL, name, value);
  }

  private static Predicate<String> compile(String regex) {
    try {
      return LabelRegex.test(regex);
    } catch (PatternSyntaxException e) {
      throw new InvalidRequest(
          ErrorId.INVALID_REGEX,
          "regular expression \"%s\" does not compile: %s".formatted(regex, e.getDescription()),
          "use RE2 syntax; look-around and back-references are not part of it",
          e);
    }
  }

  public Type type() {
    return type;
  }

  public String name() {
    return name;
  }

  public String value() {
    return value;
  }

  public boolean matches(String labelValue) {
    return switch (type) {
      case EQUAL -> value.equals(labelValue);
      case NOT_EQUAL -> !value.equals(labelValue);
      case REGEX -> regex != null && regex.test(labelValue);
      case NOT_REGEX -> regex != null && !regex.test(labelValue);
    };
  }

  public boolean matches(Labels labels) {
    return matches(labels.get(name));
  }

  /** Whether series without this label pass. */
  public boolean matchesEmpty() {
    return matches("");
  }

  /**
   * Whether it names one value, not the empty one: series with it are all that pass, or all that do
   * not.
   */
  public boolean isOfOneValue() {
    return (type == Type.EQUAL || type == Type.NOT_EQUAL) && !value.isEmpty();
  }

  /** The same matchers, those that an index answers by one look-up before those it has to scan. */
  public static List<LabelMatcher> cheapestFirst(List<LabelMatcher> matchers) {
    return matchers.stream().sorted(Comparator.comparing(each -> !each.isOfOneValue())).toList();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LabelMatcher that
        && type == that.type
        && name.equals(that.name)
        && value.equals(that.value);
  }

  @Override
  public int hashCode() {
    return (type.ordinal() * 31 + name.hashCode()) * 31 + value.hashCode();
  }

  @Override
  public String toString() {
    return name + type.symbol + '"' + value.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
