package dev.vedette.testkit.oracle;

import dev.vedette.model.Labels;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.DoubleBinaryOperator;
import org.jspecify.annotations.Nullable;

/** Operators between two. */
final class OracleBinary {
  static final Map<String, DoubleBinaryOperator> ARITHMETIC = new LinkedHashMap<>();

  /** Arithmetic that a last bit of an operand may change altogether. */
  static final Map<String, DoubleBinaryOperator> STEEP = new LinkedHashMap<>();

  static final Map<String, DoubleBinaryOperator> COMPARISON = new LinkedHashMap<>();

  static {
    ARITHMETIC.put("+", (a, b) -> a + b);
    ARITHMETIC.put("-", (a, b) -> a - b);
    ARITHMETIC.put("*", (a, b) -> a * b);
    ARITHMETIC.put("/", (a, b) -> a / b);
    STEEP.put("%", (a, b) -> a % b);
    STEEP.put("atan2", Math::atan2);
    COMPARISON.put("==", (a, b) -> a == b ? 1 : 0);
    COMPARISON.put("!=", (a, b) -> a != b ? 1 : 0);
    COMPARISON.put("<", (a, b) -> a < b ? 1 : 0);
    COMPARISON.put(">", (a, b) -> a > b ? 1 : 0);
    COMPARISON.put("<=", (a, b) -> a <= b ? 1 : 0);
    COMPARISON.put(">=", (a, b) -> a >= b ? 1 : 0);
  }

  private OracleBinary() {}

  /** On which side several series may have one partner. */
  enum Many {
    NEITHER(""),
    LEFT(" group_left"),
    RIGHT(" group_right");

    private final String text;

    Many(String text) {
      this.text = text;
    }
  }

  /**
   * How series of two sides find each other.
   *
   * @param names the labels that have to be equal, or that need not be
   * @param include labels that the result has from the side without several
   */
  record Matching(List<String> names, boolean on, Many many, List<String> include) {
    /** Where only the left side may have several, if any. */
    static Matching of(List<String> names, boolean on, boolean manyLeft) {
      return new Matching(names, on, manyLeft ? Many.LEFT : Many.NEITHER, List.of());
    }

    boolean isGrouped() {
      return many != Many.NEITHER;
    }

    Labels signature(Labels labels) {
      Set<String> set = new HashSet<>(names);
      if (on) {
        return labels.only(set);
      }
      set.add(Labels.METRIC_NAME);
      return labels.without(set);
    }

    /**
     * Labels of a result.
     *
     * @param of the side that may have several
     * @param partner the other one's
     * @param keepsName as a comparison does, but where only some labels are kept
     */
    Labels result(Labels of, Labels partner, boolean keepsName) {
      Labels kept = keepsName ? of : OracleVector.unnamed(of);
      if (!isGrouped()) {
        Set<String> set = new HashSet<>(names);
        return on ? kept.only(set) : kept.without(set);
      }
      for (String name : include) {
        kept = OracleVector.with(kept, name, partner.get(name));
      }
      return kept;
    }

    String text() {
      String group = isGrouped() ? many.text + " (%s)".formatted(String.join(", ", include)) : "";
      return "%s (%s)%s".formatted(on ? "on" : "ignoring", String.join(", ", names), group);
    }
  }

  /** What two values give; null where a comparison takes them out. */
  @FunctionalInterface
  interface Pair {
    @Nullable Double of(double left, double right);
  }

  /**
   * An operator.
   *
   * @param keepsName whether the result is still the metric that it was
   */
  record Operator(String text, boolean keepsName, Pair pair) {
    static Operator arithmetic(String text, DoubleBinaryOperator function) {
      return new Operator(text, false, function::applyAsDouble);
    }

    static Operator comparison(String text, boolean bool) {
      DoubleBinaryOperator holds = Objects.requireNonNull(COMPARISON.get(text));
      return bool
          ? new Operator(text + " bool", false, holds::applyAsDouble)
          : new Operator(text, true, (a, b) -> holds.applyAsDouble(a, b) == 1 ? a : null);
    }
  }

  static OracleVector withScalar(
      String operator, OracleVector vector, OracleScalar scalar, boolean isLeft) {
    return withScalar(
        operator, Objects.requireNonNull(ARITHMETIC.get(operator)), vector, scalar, isLeft);
  }

  static OracleVector withScalar(
      String operator,
      DoubleBinaryOperator function,
      OracleVector vector,
      OracleScalar scalar,
      boolean isLeft) {
    return new OracleVector(
        isLeft
            ? "(%s %s %s)".formatted(scalar.text(), operator, vector.text())
            : "(%s %s %s)".formatted(vector.text(), operator, scalar.text()),
        millis -> {
          double number = scalar.value().applyAsDouble(millis);
          Map<Labels, Double> result = new TreeMap<>();
          vector
              .at(millis)
              .forEach(
                  (labels, value) ->
                      OracleVector.put(
                          result,
                          OracleVector.unnamed(labels),
                          isLeft
                              ? function.applyAsDouble(number, value)
                              : function.applyAsDouble(value, number)));
          return result;
        });
  }

  static OracleVector filter(
      String operator, OracleVector vector, OracleScalar scalar, boolean bool) {
    DoubleBinaryOperator function = Objects.requireNonNull(COMPARISON.get(operator));
    return new OracleVector(
        "(%s %s %s%s)".formatted(vector.text(), operator, bool ? "bool " : "", scalar.text()),
        millis -> {
          double number = scalar.value().applyAsDouble(millis);
          Map<Labels, Double> result = new TreeMap<>();
          vector
              .at(millis)
              .forEach(
                  (labels, value) -> {
                    double holds = function.applyAsDouble(value, number);
                    if (bool) {
                      OracleVector.put(result, OracleVector.unnamed(labels), holds);
                    } else if (holds == 1) {
                      result.put(labels, value);
                    }
                  });
          return result;
        });
  }

  /** An operator between the series that match. */
  static OracleVector join(
      Operator operator, OracleVector left, OracleVector right, Matching matching) {
    return join(operator, left, right, matching, null);
  }

  /**
   * The same.
   *
   * @param fill what a missing partner counts as; null where it is missing
   */
  static OracleVector join(
      Operator operator,
      OracleVector left,
      OracleVector right,
      Matching matching,
      @Nullable Double fill) {
    String filled = fill == null ? "" : " fill (%s)".formatted(fill);
    boolean swapped = matching.many() == Many.RIGHT;
    Pair pair = swapped ? (a, b) -> operator.pair().of(b, a) : operator.pair();
    Operator inOrder = new Operator(operator.text(), operator.keepsName(), pair);
    return new OracleVector(
        "(%s %s %s%s %s)"
            .formatted(left.text(), operator.text(), matching.text(), filled, right.text()),
        millis -> {
          Map<Labels, Double> lefts = left.at(millis);
          Map<Labels, Double> rights = right.at(millis);
          if (fill == null && (lefts.isEmpty() || rights.isEmpty())) {
            return Map.of();
          }
          return swapped
              ? joined(inOrder, rights, lefts, matching, fill)
              : joined(inOrder, lefts, rights, matching, fill);
        });
  }

  /**
   * @param manys the side that may have several series for one partner
   */
  private static Map<Labels, Double> joined(
      Operator operator,
      Map<Labels, Double> manys,
      Map<Labels, Double> ones,
      Matching matching,
      @Nullable Double fill) {
    Map<Labels, Labels> partners = new HashMap<>();
    ones.keySet()
        .forEach(
            labels -> {
              Labels signature = matching.signature(labels);
              if (partners.put(signature, labels) != null) {
                throw new OracleError("two partners for " + signature);
              }
            });
    Map<Labels, Double> result = new TreeMap<>();
    Set<Labels> met = new HashSet<>();
    manys.forEach(
        (labels, value) -> {
          Labels signature = matching.signature(labels);
          Labels partner = partners.get(signature);
          Double other = partner == null ? fill : ones.get(partner);
          // Whether a comparison takes it out again or not.
          if (!met.add(signature) && other != null && !matching.isGrouped()) {
            throw new OracleError("two series match one of " + signature);
          }
          Double both = other == null ? null : operator.pair().of(value, other);
          if (both != null) {
            Labels with = partner == null ? Labels.EMPTY : partner;
            OracleVector.put(result, matching.result(labels, with, operator.keepsName()), both);
          }
        });
    if (fill != null) {
      double instead = fill;
      partners.forEach(
          (signature, partner) -> {
            Double both =
                met.contains(signature)
                    ? null
                    : operator.pair().of(instead, Objects.requireNonNull(ones.get(partner)));
            if (both != null) {
              OracleVector.put(result, signature, both);
            }
          });
    }
    return result;
  }

  static OracleVector set(
      String operator, OracleVector left, OracleVector right, Matching matching) {
    return new OracleVector(
        "(%s %s %s %s)".formatted(left.text(), operator, matching.text(), right.text()),
        millis -> {
          Map<Labels, Double> lefts = left.at(millis);
          Map<Labels, Double> rights = right.at(millis);
          Set<Labels> ofLeft = signatures(lefts, matching);
          Set<Labels> ofRight = signatures(rights, matching);
          Map<Labels, Double> result = new TreeMap<>();
          lefts.forEach(
              (labels, value) -> {
                boolean found = ofRight.contains(matching.signature(labels));
                if (operator.equals("or") || found == operator.equals("and")) {
                  result.put(labels, value);
                }
              });
          if (operator.equals("or")) {
            rights.forEach(
                (labels, value) -> {
                  if (!ofLeft.contains(matching.signature(labels))) {
                    OracleVector.put(result, labels, value);
                  }
                });
          }
          return result;
        });
  }

  private static Set<Labels> signatures(Map<Labels, Double> vector, Matching matching) {
    Set<Labels> all = new HashSet<>();
    vector.keySet().forEach(labels -> all.add(matching.signature(labels)));
    return all;
  }
}
