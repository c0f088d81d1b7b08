package dev.vedette.promql.parse;

import java.util.SplittableRandom;

/** Well-typed expressions of every kind. */
final class RandomExpressions {
  private final SplittableRandom random;

  RandomExpressions(SplittableRandom random) {
    this.random = random;
  }

  private String pick(String... choices) {
    return choices[random.nextInt(choices.length)];
  }

  String vector(int depth) {
    if (depth == 0) {
      return selector();
    }
    return switch (random.nextInt(9)) {
      case 0 -> selector();
      case 1 -> "(" + vector(depth - 1) + ")";
      case 2 -> pick("-", "+") + selector();
      case 3 -> "(" + vector(depth - 1) + ") " + arithmetic() + " " + scalar(depth - 1);
      case 4 -> "(" + vector(depth - 1) + ") " + matched() + " (" + vector(depth - 1) + ")";
      case 5 -> pick("sum", "AVG", "count", "stddev") + grouping() + "(" + vector(depth - 1) + ")";
      case 6 ->
          pick("topk", "quantile", "limitk") + "(" + scalar(0) + ", " + vector(depth - 1) + ")";
      case 7 -> pick("rate", "max_over_time", "absent_over_time") + "(" + range(depth - 1) + ")";
      default ->
          pick(
              "abs(" + vector(depth - 1) + ")",
              "label_replace(" + vector(depth - 1) + ", \"a\", '$1', `b`, \"(.*)\\n\")",
              "vector(" + scalar(depth - 1) + ")",
              "round(" + vector(depth - 1) + ", 0.5)");
    };
  }

  private String scalar(int depth) {
    return depth == 0
        ? pick("1", "0.5", "-3e7", "Inf", "NaN", "0x1F", "5m", "017")
        : pick("scalar(" + vector(depth - 1) + ")", "time()", "(1 + " + scalar(depth - 1) + ")");
  }

  private String range(int depth) {
    return random.nextBoolean()
        ? selectorHead() + "[" + duration() + "]" + pick("", " anchored", " smoothed") + modifiers()
        : "(" + vector(depth) + ")[" + duration() + ":" + pick("", duration()) + "]" + modifiers();
  }

  private String selector() {
    return selectorHead() + modifiers();
  }

  private String selectorHead() {
    return pick(
        "up",
        "a:b",
        "sum",
        "start",
        "up{job=\"x\\\"y\"}",
        "up{a!~'b.*'}",
        "{\"a.b\"=\"c\"}",
        "{\"metric.name\"}",
        "up{on=`x`,}");
  }

  private String modifiers() {
    return pick(
        "",
        "",
        "",
        " offset 5m",
        " offset -1h30m",
        " @ 12.5",
        " @ end()",
        " offset 7 @ start()",
        " offset (step() * 2)",
        " offset -min_of(step(), 5s)");
  }

  private String duration() {
    return pick(
        "5m", "1d", "90", "1h30m5ms", "2*1h", "step()+5s", "-(1m-2m)", "max_of(range(), 1s)^2");
  }

  private String arithmetic() {
    return pick("+", "-", "*", "/", "%", "^", "atan2", "> bool", "==", "<=");
  }

  private String matched() {
    return pick(
        "and",
        "or on (a)",
        "unless ignoring (b, c)",
        "+ on (a) group_left (b)",
        "> bool ignoring () group_right ()",
        "* fill (0)",
        "- on () fill_left (1) fill_right (-2)");
  }

  private String grouping() {
    return pick("", " by (a)", " without (a, \"b.c\")", " by ()");
  }
}
