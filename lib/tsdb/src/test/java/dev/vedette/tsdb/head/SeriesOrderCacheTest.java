package dev.vedette.tsdb.head;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesOrder;
import dev.vedette.model.TenantId;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class SeriesOrderCacheTest {
  private static final long NOW = 1_760_000_000_000L;
  private static final LabelMatcher ANY =
      new LabelMatcher(LabelMatcher.Type.REGEX, "__name__", ".+");

  private final Head head =
      new Head(
          HeadConfig.defaults(),
          Clock.fixed(Instant.ofEpochMilli(NOW), ZoneOffset.UTC),
          FakeLog.forgetful(),
          new PrometheusRegistry());

  @Test
  void manySeriesComeInTheOrderThatTheirLabelsHave() {
    long seed = Long.getLong("seed", 1);
    System.out.println("SeriesOrderCacheTest seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    TreeSet<Labels> written = new TreeSet<>(SeriesOrder.INSTANCE);
    for (int round = 0; round < 12; round++) {
      List<Labels> born = new ArrayList<>();
      // First many at once, then a few at a time, then many again.
      for (int i = 0; i < (round % 5 == 0 ? 2_000 : 30); i++) {
        born.add(randomLabels(random));
      }
      written.addAll(born);
      // Numbers of series go over all tenants, so that those of one have gaps.
      Labels others = Labels.of("__name__", "others", "round", Integer.toString(round));
      head.write(new TenantId("another"), Batches.of(List.of(others), NOW + round, 1));
      head.write(TenantId.DEFAULT, Batches.of(List.copyOf(new TreeSet<>(born)), NOW + round, 1));

      assertThat(read(ANY)).isEqualTo(List.copyOf(written));
      for (String x : List.of("[0-4].*", "7", "none")) {
        LabelMatcher some = new LabelMatcher(LabelMatcher.Type.REGEX, "x", x);
        assertThat(read(some)).isEqualTo(written.stream().filter(some::matches).toList());
      }
      Labels one = born.getFirst();
      assertThat(head.series(TenantId.DEFAULT, new Selection(exactly(one), 0, 2 * NOW), 0))
          .contains(one);
    }
  }

  private List<Labels> read(LabelMatcher matcher) {
    return head.series(TenantId.DEFAULT, new Selection(List.of(matcher), 0, 2 * NOW), 0);
  }

  private static List<LabelMatcher> exactly(Labels labels) {
    List<LabelMatcher> matchers = new ArrayList<>();
    labels.forEach(label -> matchers.add(LabelMatcher.equal(label.name(), label.value())));
    return matchers;
  }

  private static Labels randomLabels(SplittableRandom random) {
    List<String> names = List.of("m", "m_bucket", "m_count", "mm", "m_sum", "é", "m_");
    Labels.Builder labels = new Labels.Builder();
    labels.set("__name__", names.get(random.nextInt(names.size())));
    labels.set("instance", random.nextInt(3) == 0 ? "" : "host-" + random.nextInt(40));
    labels.set("job", random.nextInt(3) == 0 ? "" : "job-" + random.nextInt(3));
    labels.set("x", random.nextInt(3) == 0 ? "" : "" + random.nextInt(50));
    labels.set(
        "y", random.nextInt(2) == 0 ? "" : "\uD83D\uDE00\uFFFD".substring(random.nextInt(2) * 2));
    labels.set("Z", random.nextInt(2) == 0 ? "" : "z");
    String[] bounds = {"", "", "0.5", "10", "+Inf", "9", "5e-1", "junk", "NaN"};
    labels.set("le", bounds[random.nextInt(bounds.length)]);
    labels.set("quantile", random.nextInt(3) == 0 ? "0.9" : "");
    return labels.build();
  }
}
