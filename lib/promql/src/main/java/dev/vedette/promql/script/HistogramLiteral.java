package dev.vedette.promql.script;

import dev.vedette.model.BucketSpans;
import dev.vedette.model.CounterReset;
import dev.vedette.model.Histogram;
import dev.vedette.model.HistogramLayout;
import dev.vedette.promql.lex.Quoting;
import dev.vedette.promql.numbers.GoFormat;
import dev.vedette.promql.script.SeriesToken.Kind;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntToDoubleFunction;

/**
 * A native histogram as scripts write it: <code>{{schema:1 count:3 sum:5 buckets:[1 2]}}</code>.
 * Keys that are missing are 0, counts are taken as they are.
 *
 * @param hinted whether it names a counter reset hint
 */
public record HistogramLiteral(Histogram histogram, boolean hinted) {
  private static final String NAME_OF_UNKNOWN = "unknown";

  private static final Map<String, CounterReset> HINTS =
      Map.of(
          NAME_OF_UNKNOWN,
          CounterReset.UNKNOWN,
          "reset",
          CounterReset.YES,
          "not_reset",
          CounterReset.NO,
          "gauge",
          CounterReset.GAUGE);

  static boolean isResetHint(String word) {
    return HINTS.containsKey(word) || word.toLowerCase(Locale.ROOT).equals("stale");
  }

  /** Reads one behind its opening braces, up to and including the closing ones. */
  static HistogramLiteral read(SeriesTokens tokens) {
    Map<Kind, double[]> numbers = new EnumMap<>(Kind.class);
    CounterReset hint = null;
    tokens.skip(Kind.SPACE);
    boolean first = true;
    while (!tokens.take(Kind.CLOSE_HIST)) {
      SeriesToken key = tokens.next();
      // A space behind the braces is allowed only where nothing else is in them.
      if (key.kind().word().isEmpty() || first && tokens.followsSpace(key)) {
        throw tokens.unexpected(key);
      }
      first = false;
      tokens.expect(Kind.COLON);
      if (key.kind() == Kind.COUNTER_RESET_HINT_DESC) {
        hint = hint(tokens);
      } else {
        double[] value =
            tokens.take(Kind.LEFT_BRACKET) ? list(tokens) : new double[] {number(tokens)};
        if (numbers.put(key.kind(), value) != null) {
          throw SeriesLexer.error(
              "", 0, "duplicate key %s in histogram".formatted(Quoting.quote(key.text())));
        }
      }
      tokens.skip(Kind.SPACE);
    }
    return new HistogramLiteral(
        build(numbers, hint == null ? CounterReset.UNKNOWN : hint), hint != null);
  }

  private static CounterReset hint(SeriesTokens tokens) {
    SeriesToken value = tokens.next();
    CounterReset hint = HINTS.get(value.text());
    if (hint == null) {
      throw tokens.unexpected(value);
    }
    return hint;
  }

  private static double[] list(SeriesTokens tokens) {
    List<Double> values = new ArrayList<>();
    while (!tokens.take(Kind.RIGHT_BRACKET)) {
      values.add(number(tokens));
      tokens.skip(Kind.SPACE);
    }
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private static double number(SeriesTokens tokens) {
    boolean negative = tokens.take(Kind.SUB);
    if (!negative) {
      tokens.skip(Kind.ADD);
    }
    double value = SeriesLine.number(tokens.expect(Kind.NUMBER).text());
    return negative ? -value : value;
  }

  private static Histogram build(Map<Kind, double[]> numbers, CounterReset hint) {
    double[] positive = numbers.getOrDefault(Kind.BUCKETS_DESC, new double[0]);
    double[] negative = numbers.getOrDefault(Kind.NEGATIVE_BUCKETS_DESC, new double[0]);
    HistogramLayout layout =
        HistogramLayout.of(
            (int) single(numbers, Kind.SCHEMA_DESC),
            single(numbers, Kind.ZERO_BUCKET_WIDTH_DESC),
            BucketSpans.of((int) single(numbers, Kind.OFFSET_DESC), positive.length),
            BucketSpans.of((int) single(numbers, Kind.NEGATIVE_OFFSET_DESC), negative.length),
            numbers.getOrDefault(Kind.CUSTOM_VALUES_DESC, new double[0]));
    long[] columns = new long[layout.columns()];
    columns[HistogramLayout.COUNT] = Double.doubleToRawLongBits(single(numbers, Kind.COUNT_DESC));
    columns[HistogramLayout.ZERO_COUNT] =
        Double.doubleToRawLongBits(single(numbers, Kind.ZERO_BUCKET_DESC));
    int at = HistogramLayout.BUCKETS;
    for (double count : positive) {
      columns[at++] = Double.doubleToRawLongBits(count);
    }
    for (double count : negative) {
      columns[at++] = Double.doubleToRawLongBits(count);
    }
    long sum = Double.doubleToRawLongBits(single(numbers, Kind.SUM_DESC));
    return Histogram.ofColumns(layout, true, hint, sum, columns);
  }

  private static double single(Map<Kind, double[]> numbers, Kind key) {
    double[] value = numbers.get(key);
    return value == null ? 0 : value[0];
  }

  /** The histogram as scripts write it; gaps between buckets are filled with zeros. */
  public static String text(Histogram histogram) {
    List<String> parts = new ArrayList<>();
    HistogramLayout layout = histogram.layout();
    add(parts, Kind.SCHEMA_DESC, layout.schema());
    add(parts, Kind.COUNT_DESC, histogram.count());
    add(parts, Kind.SUM_DESC, histogram.sum());
    add(parts, Kind.ZERO_BUCKET_DESC, histogram.zeroCount());
    add(parts, Kind.ZERO_BUCKET_WIDTH_DESC, layout.zeroThreshold());
    if (layout.isCustom()) {
      double[] bounds = new double[layout.customBounds()];
      for (int i = 0; i < bounds.length; i++) {
        bounds[i] = layout.customBound(i);
      }
      parts.add(list(Kind.CUSTOM_VALUES_DESC, bounds));
    }
    HINTS.forEach(
        (name, hint) -> {
          if (hint == histogram.reset() && hint != CounterReset.UNKNOWN) {
            parts.add(Kind.COUNTER_RESET_HINT_DESC.word() + ":" + name);
          }
        });
    add(parts, Kind.OFFSET_DESC, Kind.BUCKETS_DESC, layout.positive(), histogram::positive);
    add(
        parts,
        Kind.NEGATIVE_OFFSET_DESC,
        Kind.NEGATIVE_BUCKETS_DESC,
        layout.negative(),
        histogram::negative);
    return "{{" + String.join(" ", parts) + "}}";
  }

  private static void add(List<String> parts, Kind key, double value) {
    if (value != 0) {
      parts.add(key.word() + ":" + GoFormat.general(value));
    }
  }

  private static void add(
      List<String> parts,
      Kind offsetKey,
      Kind bucketsKey,
      BucketSpans spans,
      IntToDoubleFunction counts) {
    int[] indexes = spans.indexes();
    if (indexes.length == 0) {
      return;
    }
    double[] filled = new double[indexes[indexes.length - 1] - indexes[0] + 1];
    for (int i = 0; i < indexes.length; i++) {
      filled[indexes[i] - indexes[0]] = counts.applyAsDouble(i);
    }
    add(parts, offsetKey, indexes[0]);
    parts.add(list(bucketsKey, filled));
  }

  private static String list(Kind key, double[] values) {
    List<String> texts = new ArrayList<>();
    for (double value : values) {
      texts.add(GoFormat.general(value));
    }
    return key.word() + ":[" + String.join(" ", texts) + "]";
  }
}
