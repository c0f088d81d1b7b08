package dev.vedette.tsdb.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.model.SeriesOrder;
import dev.vedette.model.Utf8;
import dev.vedette.tsdb.encode.ByteSink;
import dev.vedette.tsdb.encode.Piece;
import dev.vedette.tsdb.encode.PieceReader;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The index against walking over all label sets, with stored and with derived posting lists. */
class BlockIndexTest {
  private static final int NEVER_STORE = Integer.MAX_VALUE;
  private static final int ALWAYS_STORE = 0;
  private static final String[] REGEXES = {
    "v1.*",
    "v.*",
    ".*",
    ".+",
    "v1|v2|v33",
    "(v1|v2)",
    "v1|",
    "",
    "v(1|2).",
    "[v]3",
    "v1+",
    "v\\d",
    "v\\.7",
    "nothing",
    "v1?",
    "(?i)V1",
    "é.*",
    "v2.*|v3.*",
    "v10.?",
    "^v1$"
  };

  private final Arena arena = Arena.ofConfined();

  @AfterEach
  void unmap() {
    arena.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {NEVER_STORE, ALWAYS_STORE})
  void matchersFindWhatAWalkOverAllSeriesFinds(int maxSeriesWithoutPostings) throws IOException {
    long first = Long.getLong("seed", 1);
    for (long seed = first; seed < first + 12; seed++) {
      System.out.println("matchersFindWhatAWalkOverAllSeriesFinds -Dseed=" + seed);
      SplittableRandom random = new SplittableRandom(seed);
      List<Labels> series = randomSeries(random, 1 + random.nextInt(1500));
      BlockIndex index = write(series, maxSeriesWithoutPostings);
      for (int i = 0; i < 100; i++) {
        List<LabelMatcher> matchers = randomMatchers(random);

        int[] found = index.match(matchers).toArray();

        assertThat(found).as("%s", matchers).isEqualTo(walk(series, matchers));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {NEVER_STORE, ALWAYS_STORE})
  void neverMoreMatchThanIsSaidAndJustAsManyOfOneMatcher(int maxSeriesWithoutPostings)
      throws IOException {
    long first = Long.getLong("seed", 1);
    for (long seed = first; seed < first + 12; seed++) {
      System.out.println("neverMoreMatchThanIsSaidAndJustAsManyOfOneMatcher -Dseed=" + seed);
      SplittableRandom random = new SplittableRandom(seed);
      List<Labels> series = randomSeries(random, 1 + random.nextInt(1500));
      BlockIndex index = write(series, maxSeriesWithoutPostings);
      for (int i = 0; i < 100; i++) {
        List<LabelMatcher> matchers = randomMatchers(random);

        long most = index.atMost(matchers);

        long matching = walk(series, matchers).length;
        assertThat(most).as("%s", matchers).isBetween(matching, (long) series.size());
        if (matchers.size() == 1) {
          assertThat(most).as("%s", matchers).isEqualTo(matching);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {NEVER_STORE, ALWAYS_STORE})
  void labelsNamesValuesAndCountsAreThoseOfTheSeries(int maxSeriesWithoutPostings)
      throws IOException {
    List<Labels> series = randomSeries(new SplittableRandom(4), 3000);
    BlockIndex index = write(series, maxSeriesWithoutPostings);

    TreeMap<String, TreeMap<String, Integer>> expected = new TreeMap<>(Utf8::compare);
    for (int i = 0; i < series.size(); i++) {
      assertThat((Object) index.labels(i)).isEqualTo(series.get(i));
      series
          .get(i)
          .forEach(
              label ->
                  expected
                      .computeIfAbsent(label.name(), name -> new TreeMap<>(Utf8::compare))
                      .merge(label.value(), 1, Integer::sum));
    }
    assertThat(index.labelNames()).containsExactlyElementsOf(expected.keySet());
    expected.forEach(
        (name, values) -> {
          assertThat(index.labelValues(name)).containsExactlyElementsOf(values.keySet());
          assertThat(index.valueCount(name)).isEqualTo(values.size());
          TreeMap<String, Integer> counts = new TreeMap<>(Utf8::compare);
          index.countSeries(name, counts::put);
          assertThat(counts).isEqualTo(values);
        });
    assertThat(index.labelValues("absent")).isEmpty();
    index.verify(
        damage -> {
          throw damage;
        });
  }

  @Test
  void namesAndValuesOfSomeSeriesAreOnlyTheirs() throws IOException {
    SplittableRandom random = new SplittableRandom(5);
    List<Labels> series = randomSeries(random, 800);
    BlockIndex index = write(series, NEVER_STORE);
    for (int i = 0; i < 20; i++) {
      List<LabelMatcher> matchers = randomMatchers(random);
      TreeSet<String> names = new TreeSet<>(Utf8::compare);
      TreeSet<String> values = new TreeSet<>(Utf8::compare);
      for (int id : walk(series, matchers)) {
        series.get(id).forEach(label -> names.add(label.name()));
        values.add(series.get(id).get("a"));
      }
      values.remove("");

      assertThat(index.labelNames(index.match(matchers))).containsExactlyElementsOf(names);
      assertThat(index.labelValues("a", index.match(matchers))).containsExactlyElementsOf(values);
    }
  }

  @Test
  void manyPiecesOfEachKindAreReadLikeOne() throws IOException {
    List<Labels> series = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      series.add(
          Labels.of("__name__", "m" + i % 3, "id", "pod-" + i * 7 % 20_000, "z", "" + i % 2));
    }
    series.sort(SeriesOrder.INSTANCE);
    BlockIndex index = write(series, 16_384);

    assertThat(index.sizes().postings()).isPositive();
    assertThat(index.match(List.of(LabelMatcher.equal("z", "1"))).getCardinality())
        .isEqualTo(10_000);
    assertThat(
            index
                .match(
                    List.of(
                        new LabelMatcher(LabelMatcher.Type.REGEX, "id", "pod-1999.*"),
                        LabelMatcher.equal("z", "1")))
                .toArray())
        .isEqualTo(
            walk(
                series,
                List.of(
                    new LabelMatcher(LabelMatcher.Type.REGEX, "id", "pod-1999.*"),
                    LabelMatcher.equal("z", "1"))));
    index.verify(
        damage -> {
          throw damage;
        });
  }

  private static List<Labels> randomSeries(SplittableRandom random, int count) {
    TreeSet<Labels> series = new TreeSet<>(SeriesOrder.INSTANCE);
    String[] values = {"v1", "v2", "v3", "v10", "v11", "v33", "v.7", "é\uD83D\uDE00", "v1\n", "x"};
    while (series.size() < count) {
      Labels.Builder labels = new Labels.Builder().set("__name__", "m" + random.nextInt(20));
      for (String name : new String[] {"a", "b", "c"}) {
        if (random.nextInt(4) > 0) {
          labels.set(name, values[random.nextInt(values.length)]);
        }
      }
      series.add(labels.set("id", "v" + random.nextInt(count)).build());
    }
    return new ArrayList<>(series);
  }

  private static List<LabelMatcher> randomMatchers(SplittableRandom random) {
    List<LabelMatcher> matchers = new ArrayList<>();
    String[] names = {"a", "b", "c", "id", "__name__", "absent"};
    for (int i = random.nextInt(4); i >= 0; i--) {
      LabelMatcher.Type type = LabelMatcher.Type.values()[random.nextInt(4)];
      boolean regex = type == LabelMatcher.Type.REGEX || type == LabelMatcher.Type.NOT_REGEX;
      String value =
          regex
              ? REGEXES[random.nextInt(REGEXES.length)]
              : random.nextInt(4) == 0 ? "" : "v" + random.nextInt(40);
      matchers.add(new LabelMatcher(type, names[random.nextInt(names.length)], value));
    }
    return matchers;
  }

  private static int[] walk(List<Labels> series, List<LabelMatcher> matchers) {
    return IntStream.range(0, series.size())
        .filter(i -> matchers.stream().allMatch(matcher -> matcher.matches(series.get(i))))
        .toArray();
  }

  private BlockIndex write(List<Labels> series, int maxSeriesWithoutPostings) throws IOException {
    IndexWriter writer = new IndexWriter(maxSeriesWithoutPostings);
    series.forEach(writer::add);
    ByteSink file = new ByteSink();
    Piece directory =
        writer.write(
            payload -> {
              Piece piece = new Piece(file.size(), payload.size());
              CRC32C crc = new CRC32C();
              crc.update(payload.array(), 0, payload.size());
              file.raw(payload.array(), 0, payload.size()).fixed32((int) crc.getValue());
              return piece;
            });
    MemorySegment mapped = arena.allocate(file.size());
    MemorySegment.copy(file.array(), 0, mapped, ValueLayout.JAVA_BYTE, 0, file.size());
    return BlockIndex.open(new PieceReader(mapped, "test"), directory);
  }
}
