package dev.vedette.testkit.oracle;

import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Random selectors of the series of {@link RandomQueries}, with their times written in any way. */
final class RandomSelectors {
  static final List<String> METRICS = List.of("m_gauge", "n_gauge", "c_total");

  private static final List<Long> RANGES = List.of(30_000L, 61_000L, 120_000L, 300_000L, 600_000L);
  private static final List<Long> OFFSETS = List.of(15_000L, 90_000L, -60_000L);

  private final SplittableRandom random;
  private final OracleData data;
  // Of the query, but within subqueries, whose steps are others.
  private @Nullable QueryFrame frame;

  RandomSelectors(SplittableRandom random, OracleData data) {
    this.random = random;
    this.data = data;
  }

  /** What may be asked for of the query itself; null where nothing may. */
  @Nullable QueryFrame frame() {
    return frame;
  }

  void frame(@Nullable QueryFrame newFrame) {
    frame = newFrame;
  }

  List<LabelMatcher> matchers() {
    List<LabelMatcher> matchers = new ArrayList<>();
    if (random.nextInt(8) == 0) {
      matchers.add(new LabelMatcher(LabelMatcher.Type.REGEX, Labels.METRIC_NAME, "[mn]_gauge"));
    } else {
      matchers.add(LabelMatcher.equal(Labels.METRIC_NAME, any(METRICS)));
    }
    switch (random.nextInt(6)) {
      case 0 -> matchers.add(LabelMatcher.equal("instance", "h" + random.nextInt(3)));
      case 1 -> matchers.add(new LabelMatcher(LabelMatcher.Type.NOT_EQUAL, "job", "j1"));
      case 2 -> matchers.add(new LabelMatcher(LabelMatcher.Type.REGEX, "instance", "h[01]"));
      case 3 -> matchers.add(new LabelMatcher(LabelMatcher.Type.NOT_REGEX, "zone", "z1|x"));
      default -> {}
    }
    return matchers;
  }

  private <T> T any(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  OracleVector instant() {
    List<LabelMatcher> matchers = matchers();
    return OracleVector.select(data, selector(matchers, ""), matchers, RandomQueries.LOOKBACK);
  }

  /** With values between those of the samples. */
  OracleVector smoothed() {
    List<LabelMatcher> matchers = matchers();
    Selector selector = selector(matchers, " smoothed");
    return OracleVector.smoothed(data, selector, matchers, RandomQueries.LOOKBACK);
  }

  /** Tells when the samples of a selector were taken. */
  OracleVector timestamp() {
    List<LabelMatcher> matchers = matchers();
    return OracleVector.timestamp(data, selector(matchers, ""), matchers, RandomQueries.LOOKBACK);
  }

  OracleVector info() {
    List<LabelMatcher> matchers = matchers();
    List<LabelMatcher> wanted =
        switch (random.nextInt(5)) {
          case 0 -> List.of(LabelMatcher.equal("version", "v1"));
          case 1 -> List.of(new LabelMatcher(LabelMatcher.Type.REGEX, "version", ".+"));
          case 2 -> List.of(new LabelMatcher(LabelMatcher.Type.REGEX, "zone", ".*"));
          default -> List.of();
        };
    return OracleInfo.add(data, selector(matchers, ""), matchers, wanted, RandomQueries.LOOKBACK);
  }

  /** Mostly of what is there. */
  OracleVector absent() {
    List<LabelMatcher> matchers = matchers();
    Labels asked = OracleVector.asked(matchers);
    if (random.nextBoolean()) {
      long length = length();
      String range = "[%s]".formatted(duration(length));
      Selector selector = selector(matchers, range);
      return OracleRange.select(data, selector, matchers, length).absent(asked);
    }
    Selector selector = selector(matchers, "");
    return OracleVector.select(data, selector, matchers, RandomQueries.LOOKBACK).absent(asked);
  }

  OracleRange range() {
    long length = length();
    List<LabelMatcher> matchers = matchers();
    Selector selector = selector(matchers, "[%s]".formatted(duration(length)));
    return OracleRange.select(data, selector, matchers, length);
  }

  OracleRange anchored() {
    long length = length();
    List<LabelMatcher> matchers = matchers();
    Selector selector = selector(matchers, "[%s] anchored".formatted(duration(length)));
    return OracleRange.anchored(data, selector, matchers, length, RandomQueries.LOOKBACK);
  }

  /**
   * @param counter whether it is for a function of counters
   */
  OracleRange smoothed(boolean counter) {
    long length = length();
    List<LabelMatcher> matchers = matchers();
    Selector selector = selector(matchers, "[%s] smoothed".formatted(duration(length)));
    return OracleRange.smoothed(data, selector, matchers, length, RandomQueries.LOOKBACK, counter);
  }

  /** Of a window, in milliseconds. */
  long length() {
    return any(RANGES);
  }

  private Selector selector(List<LabelMatcher> matchers, String range) {
    String text =
        matchers.stream().map(LabelMatcher::toString).collect(Collectors.joining(",", "{", "}"));
    long offset = random.nextInt(5) == 0 ? any(OFFSETS) : 0;
    String behind = offset == 0 ? "" : " offset " + offset(offset);
    QueryFrame query = frame;
    if (random.nextInt(10) != 0) {
      return new Selector(text + range + behind, offset, null);
    }
    if (query != null && random.nextInt(3) == 0) {
      boolean start = random.nextBoolean();
      String at = start ? " @ start()" : " @ end()";
      long fixed = start ? query.startMillis() : query.endMillis();
      return new Selector(text + range + at + behind, offset, fixed);
    }
    long fixed = RandomQueries.START + 1000L * random.nextInt(1000);
    return new Selector(text + range + " @ %d".formatted(fixed / 1000) + behind, offset, fixed);
  }

  private String offset(long millis) {
    String text = duration(Math.abs(millis));
    boolean isPlain = text.chars().allMatch(Character::isLetterOrDigit);
    return (millis < 0 ? "-" : "") + (isPlain ? text : "(" + text + ")");
  }

  /** A length of time, mostly written plainly. */
  String duration(long millis) {
    long seconds = millis / 1000;
    QueryFrame query = frame;
    return switch (random.nextInt(12)) {
      case 0 -> Long.toString(seconds);
      case 1 -> "%ds + %d".formatted(seconds / 3, seconds - seconds / 3);
      case 2 -> "%ds * 6 / 2 - %ds".formatted(seconds, 2 * seconds);
      case 3 -> "(1m - 30s) * 2 / 60 * %d".formatted(seconds);
      case 4 -> "max_of(%ds, %ds)".formatted(seconds, seconds - 10);
      case 5 ->
          query == null
              ? seconds + "s"
              : "%ds + step() - %ds".formatted(seconds, query.stepMillis() / 1000);
      case 6 -> query == null ? seconds + "s" : "min_of(%ds, range() * 1000)".formatted(seconds);
      default -> seconds + "s";
    };
  }
}
