package dev.vedette.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Compares answers of the query API of two servers. Numbers may differ by 1e-9 of the larger one,
 * and by 1e-9 where both lie between -1 and 1: what is left of large ones that cancel out has no
 * more digits in common.
 */
final class LiveDifferences {
  /** What is left out is known of this Prometheus. */
  static final String VERSION = "3.5.";

  private static final double TOLERANCE = 1e-9;

  /** What 3.14 says and 3.5 does not. */
  private static final List<String> NEWER =
      List.of(
          "ignored histogram in quantile aggregation",
          "conflicting counter resets during histogram aggregation");

  private static final Pattern SUBQUERY = Pattern.compile("\\[[0-9ms]+:[0-9s]*]");
  private static final String SAME_LABELS = "vector cannot contain metrics with the same labelset";
  private static final Pattern RATE_OF_GAUGE =
      Pattern.compile("(rate|increase)\\([^\\[]*f_seconds");
  private static final Pattern QUANTILES = Pattern.compile("quantile.*quantile");
  private static final Pattern COMPARISON = Pattern.compile(" [=!<>]=? ");
  private static final Pattern PLACE = Pattern.compile(" \\(\\d+:\\d+\\)$");

  private final List<String> all = new ArrayList<>();
  private int answers;
  private int empty;
  private int errors;
  private int others;

  /** What differed so far. */
  List<String> all() {
    return all;
  }

  String counts() {
    return "%d answers, %d of them empty, and %d errors compared, %d of other versions left out, %d differ"
        .formatted(answers, empty, errors, others, all.size());
  }

  void compare(String where, JsonNode ours, JsonNode theirs, String query) {
    @Nullable String difference = difference(ours, theirs, query);
    if (difference != null) {
      all.add("%s: %s: %s".formatted(where, query, difference));
    }
  }

  private @Nullable String difference(JsonNode ours, JsonNode theirs, String query) {
    if (COMPARISON.matcher(query).find() && hasManyMatches(ours) && !hasManyMatches(theirs)) {
      // 3.14 refuses a second match, too, that a comparison would take out.
      others++;
      return null;
    }
    if (theirs.path("error").asText().equals(SAME_LABELS) || RATE_OF_GAUGE.matcher(query).find()) {
      // 3.14 makes one series of two that have no time in common, and rates of histograms reach
      // back to where a count was zero at most.
      others++;
      return null;
    }
    if (!ours.path("status").equals(theirs.path("status"))) {
      return "ours %s, theirs %s".formatted(shortened(ours), shortened(theirs));
    }
    if (ours.path("status").asText().equals("error")) {
      errors++;
      return ours.path("errorType").equals(theirs.path("errorType"))
          ? null
          : "ours %s, theirs %s".formatted(shortened(ours), shortened(theirs));
    }
    answers++;
    empty += theirs.at("/data/result").isEmpty() ? 1 : 0;
    @Nullable String result = results(ours.path("data"), theirs.path("data"));
    if (result != null) {
      return result;
    }
    Set<String> notesOfOurs = notes(ours, query);
    Set<String> notesOfTheirs = notes(theirs, query);
    if (notesOfOurs.containsAll(notesOfTheirs)) {
      // Of pairs that do not go together, Prometheus says the last kind alone.
      notesOfOurs.removeIf(note -> note.contains("incompatible") && !notesOfTheirs.contains(note));
    }
    return notesOfOurs.equals(notesOfTheirs)
        ? null
        : "notes, ours %s, theirs %s".formatted(notesOfOurs, notesOfTheirs);
  }

  private static boolean hasManyMatches(JsonNode answer) {
    return answer.path("error").asText().startsWith("multiple matches for labels: many-to-one");
  }

  private static String shortened(JsonNode node) {
    String text = node.toString();
    return text.substring(0, Math.min(300, text.length()));
  }

  private static Set<String> notes(JsonNode answer, String query) {
    Set<String> notes = new TreeSet<>();
    boolean isVague = SUBQUERY.matcher(query).find() || QUANTILES.matcher(query).find();
    for (String kind : List.of("warnings", "infos")) {
      for (JsonNode note : answer.path(kind)) {
        // Of what it has to say about a subquery, Prometheus 3.5 does not know the place; of two
        // quantiles that are as wrong, either may name the other.
        String text = isVague ? PLACE.matcher(note.asText()).replaceFirst("") : note.asText();
        // Words that 3.14 has otherwise.
        text = text.replace(" for metric name \"\"", "");
        if (NEWER.stream().noneMatch(text::contains)) {
          notes.add(kind + ": " + text);
        }
      }
    }
    return notes;
  }

  private static @Nullable String results(JsonNode ours, JsonNode theirs) {
    if (!ours.path("resultType").equals(theirs.path("resultType"))) {
      return "ours is a " + ours.path("resultType") + ", theirs a " + theirs.path("resultType");
    }
    TreeMap<String, JsonNode> pointsOfOurs = points(ours.path("result"));
    TreeMap<String, JsonNode> pointsOfTheirs = points(theirs.path("result"));
    for (String point : pointsOfTheirs.keySet()) {
      JsonNode own = pointsOfOurs.get(point);
      JsonNode other = pointsOfTheirs.get(point);
      if (own == null || !isLike(own, other)) {
        return "%s is %s, theirs %s".formatted(point, own, other);
      }
    }
    pointsOfOurs.keySet().removeAll(pointsOfTheirs.keySet());
    return pointsOfOurs.isEmpty() ? null : "only ours has " + pointsOfOurs.firstEntry();
  }

  /** Every value or histogram by its kind, labels and time. */
  private static TreeMap<String, JsonNode> points(JsonNode result) {
    TreeMap<String, JsonNode> points = new TreeMap<>();
    for (JsonNode series : result) {
      TreeMap<String, String> labels = new TreeMap<>();
      series
          .path("metric")
          .properties()
          .forEach(e -> labels.put(e.getKey(), e.getValue().asText()));
      for (String kind : List.of("value", "histogram")) {
        if (series.has(kind)) {
          put(points, kind + labels, series.get(kind));
        }
        series.path(kind + "s").forEach(point -> put(points, kind + labels, point));
      }
    }
    return points;
  }

  private static void put(TreeMap<String, JsonNode> points, String key, JsonNode point) {
    points.put("%s at %s".formatted(key, point.path(0).asText()), point.path(1));
  }

  private static boolean isLike(JsonNode ours, JsonNode theirs) {
    if (ours.isContainerNode()) {
      return areLike(ours, theirs);
    }
    if (!theirs.isTextual()) {
      return ours.equals(theirs);
    }
    double own = number(ours.asText());
    double other = number(theirs.asText());
    return Double.compare(own, other) == 0
        || own == other
        || Math.abs(own - other)
            <= TOLERANCE * Math.max(1, Math.max(Math.abs(own), Math.abs(other)));
  }

  private static boolean areLike(JsonNode ours, JsonNode theirs) {
    if (ours.isObject()) {
      // Empty buckets, which only the layout on disk has, become NaN with the others.
      String count = ours.path("count").asText();
      if (!Double.isFinite(number(count)) && theirs.path("count").asText().equals(count)) {
        return true;
      }
      return ours.size() == theirs.size()
          && ours.properties().stream()
              .allMatch(
                  e -> theirs.has(e.getKey()) && isLike(e.getValue(), theirs.get(e.getKey())));
    }
    boolean areLike = ours.size() == theirs.size();
    for (int i = 0; areLike && i < ours.size(); i++) {
      areLike = isLike(ours.get(i), theirs.get(i));
    }
    return areLike;
  }

  private static double number(String text) {
    return switch (text) {
      case "+Inf" -> Double.POSITIVE_INFINITY;
      case "-Inf" -> Double.NEGATIVE_INFINITY;
      default -> Double.parseDouble(text);
    };
  }
}
