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

/** Operators between two. */
final class OracleBinary {
  static final Map<String, DoubleBinaryOperator> ARITHMETIC = new LinkedHashMap<>();
  static final Map<String, DoubleBinaryOperator> COMPARISON = new LinkedHashMap<>();

  static {
    ARITHMETIC.put("+", (a, b) -> a + b);
    ARITHMETIC.put("-", (a, b) -> a - b);
    ARITHMETIC.put("*", (a, b) -> a * b);
    ARITHMETIC.put("/", (a, b) -> a / b);
    COMPARISON.put("==", (a, b) -> a == b ? 1 : 0);
    COMPARISON.put("!=", (a, b) -> a != b ? 1 : 0);
    COMPARISON.put("<", (a, b) -> a < b ? 1 : 0);
    COMPARISON.put(">", (a, b) -> a > b ? 1 : 0);
    COMPARISON.put("<=", (a, b) -> a <= b ? 1 : 0);
    COMPARISON.put(">=", (a, b) -> a >= b ? 1 : 0);
  }

  private OracleBinary() {}

  /**
   * How series of two sides find each other.
   *
   * @param names the labels that have to be equal, or that need not be
   * @param many whether several series of the left side may have one partner
   */
  record Matching(List<String> names, boolean on, boolean many) {
    Labels signature(Labels labels) {
      Set<String> set = new HashSet<>(names);
      if (on) {
        return labels.only(set);
      }
      set.add(Labels.METRIC_NAME);
      return labels.without(set);
    }

    String text() {
      return "%s (%s)%s"
          .formatted(
              on ? "on" : "ignoring", String.join(", ", names), many ? " group_left ()" : "");
    }
  }

  static OracleVector withScalar(
      String operator, OracleVector vector, OracleScalar scalar, boolean isLeft) {
    DoubleBinaryOperator function = Objects.requireNonNull(ARITHMETIC.get(operator));
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

  /** Arithmetic of the series that match. */
  static OracleVector join(
      String operator, OracleVector left, OracleVector right, Matching matching) {
    DoubleBinaryOperator function = Objects.requireNonNull(ARITHMETIC.get(operator));
    return new OracleVector(
        "(%s %s %s %s)".formatted(left.text(), operator, matching.text(), right.text()),
        millis -> {
          Map<Labels, Double> lefts = left.at(millis);
          Map<Labels, Double> rights = right.at(millis);
          return lefts.isEmpty() || rights.isEmpty()
              ? Map.of()
              : joined(function, lefts, rights, matching);
        });
  }

  private static Map<Labels, Double> joined(
      DoubleBinaryOperator function,
      Map<Labels, Double> lefts,
      Map<Labels, Double> rights,
      Matching matching) {
    Map<Labels, Double> ones = new HashMap<>();
    rights.forEach((labels, value) -> OracleVector.put(ones, matching.signature(labels), value));
    Map<Labels, Double> result = new TreeMap<>();
    lefts.forEach(
        (labels, value) -> {
          Double partner = ones.get(matching.signature(labels));
          if (partner != null) {
            Labels joined =
                matching.many() ? OracleVector.unnamed(labels) : matching.signature(labels);
            OracleVector.put(result, joined, function.applyAsDouble(value, partner));
          }
        });
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
