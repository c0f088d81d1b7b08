package dev.vedette.querier.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.LabelBytes;
import dev.vedette.model.Labels;
import dev.vedette.model.TenantId;
import dev.vedette.model.WriteBatch;
import dev.vedette.promql.LanguageFeature;
import dev.vedette.querier.QuerierConfig;
import dev.vedette.testkit.InMemorySeries;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which part of a range query is read again, and which is not. */
class ResultCacheTest {
  private static final long DAY = 86_400;
  // Noon.
  private static final long NOW = 20_000 * DAY + DAY / 2;
  private static final long START = NOW - 2 * DAY;
  private static final long SETTLED = NOW - 1800;

  private final HeldSeries source = new HeldSeries(series());
  private TestServer server = server(QuerierConfig.STOCK);
  private final StubHistory history = new StubHistory(SETTLED * 1000);

  private TestServer server(QuerierConfig config) {
    return new TestServer(config, source, Optional.empty());
  }

  @BeforeEach
  void settle() {
    source.letGo();
    source.history = history;
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void whatWasWorkedOutUnderOtherSettingsIsNotUsed() throws Exception {
    String named = "label_replace(-m, \"name\", \"$1\", \"__name__\", \"(.*)\")";
    String before = ask(named, START, NOW, "");

    server.settings(QuerierConfig.STOCK.withFeatures(Set.of(LanguageFeature.DELAYED_NAME_REMOVAL)));
    String delayed = ask(named, START, NOW, "&stats=1");
    String again = ask(named, START, NOW, "&stats=1");

    assertThat(before).doesNotContain("\"name\":\"m\"");
    assertThat(delayed).contains("\"name\":\"m\"").doesNotContain("cachedSteps");
    assertThat(again).contains("\"name\":\"m\"").contains("\"cachedSteps\":286");
  }

  @Test
  void aPlanSaysWhichStepsWereKnown() throws Exception {
    String nothing = ask("sum(m)", START, NOW, "&explain=1");
    ask("sum(m)", START, NOW, "");

    String known = ask("sum(m)", START, NOW, "&explain=1");
    String all = ask("sum(m)", START, NOW, "&explain=1&nocache=1");

    assertThat(nothing).contains("\"explain\"").doesNotContain("cached");
    assertThat(all).contains("\"explain\"").doesNotContain("cached");
    // Three days, of the last one what is settled.
    assertThat(known)
        .contains("\"cached\":[{\"start\":%d,".formatted(START))
        .contains("\"steps\":72},{\"start\":%d,".formatted(20_000 * DAY - DAY))
        .contains("\"steps\":144},{\"start\":%d,".formatted(20_000 * DAY))
        .contains("\"steps\":70}]");
    assertThat(points(known)).isEqualTo(points(all));
  }

  @Test
  void onlyWhatIsNotSettledIsReadAgain() throws Exception {
    String first = ask("sum(m)", START, NOW, "");

    String second = ask("sum ( m )", START, NOW, "&stats=1");

    assertThat(points(second)).isEqualTo(points(first));
    assertThat(source.opened()).isEqualTo(2);
    assertThat(source.selections().getLast().startMillis())
        .isBetween((SETTLED - 300) * 1000, (SETTLED + 600) * 1000);
    // Of 289 steps those of the last half hour are not settled.
    assertThat(second).contains("\"cachedSteps\":286");
    assertThat(server.get("/metrics").body())
        .contains("vedette_querier_cache_hit_steps_total 286.0")
        .contains("vedette_querier_cache_missed_steps_total 292.0");
  }

  @Test
  void aRangeThatMovesOnTakesTheRestOfItsDaysAlong() throws Exception {
    ask("sum(m)", START, NOW, "");
    history.advance(3_600_000);
    String known = ask("sum(m)", START + 6000, NOW + 3600, "");
    ask("sum(m)", START + 6600, NOW + 3600, "");

    assertThat(source.selections().getLast().startMillis())
        .isGreaterThan((SETTLED + 3600 - 300) * 1000);
    assertThat(points(known))
        .isEqualTo(points(ask("sum(m)", START + 6000, NOW + 3600, "&nocache=1")));
  }

  @Test
  void aPastThatChangedIsReadAgain() throws Exception {
    ask("sum(m)", START, NOW, "");

    history.change();
    String answer = ask("sum(m)", START, NOW, "&stats=1");

    assertThat(answer).doesNotContain("cachedSteps");
    assertThat(source.selections().getLast().startMillis()).isLessThan(START * 1000);
  }

  @Test
  void whatDependsOnTheEndsOfTheRangeIsWorkedOutWhole() throws Exception {
    for (String expression :
        new String[] {"m - m @ end()", "m @ start()", "m @ " + START, "sum(m @ 5)"}) {
      ask(expression, START, NOW, "");
      assertThat(ask(expression, START, NOW, "&stats=1"))
          .as(expression)
          .contains("\"status\":\"success\"")
          .doesNotContain("cachedSteps");
    }
  }

  @Test
  void otherStepsPhasesAndLookbacksAreOtherResults() throws Exception {
    ask("sum(m)", START, NOW, "");

    assertThat(ask("sum(m)", START + 1, NOW + 1, "&stats=1")).doesNotContain("cachedSteps");
    assertThat(ask("sum(m)", START, NOW, "&stats=1&lookback_delta=1h"))
        .doesNotContain("cachedSteps");
    assertThat(ask("sum(m)", START, NOW, "&stats=1&tier=raw")).doesNotContain("cachedSteps");
    assertThat(ask("sum(m)", START, NOW, "&stats=1&step=300")).doesNotContain("cachedSteps");
    assertThat(ask("sum(m)", START, NOW, "&stats=1")).contains("\"cachedSteps\":286");
  }

  @Test
  void theCacheIsLeftAloneWhereThatIsAskedForOrThePlanIs() throws Exception {
    for (String more : new String[] {"&nocache=1", "&explain=1", "&stats=all"}) {
      ask("sum(m)", START, NOW, more);
      int before = source.opened();
      assertThat(ask("sum(m)", START, NOW, more)).doesNotContain("cachedSteps");
      assertThat(source.opened()).isEqualTo(before + 1);
      assertThat(source.selections().getLast().startMillis()).isLessThan(START * 1000);
    }
  }

  @Test
  void warningsComeAlong() throws Exception {
    String first = ask("rate(m[10m])", START, NOW, "");

    String second = ask("rate(m[10m])", START, NOW, "&stats=1");
    String spaced = ask("rate( m[10m])", START, NOW, "");

    assertThat(second).contains("cachedSteps").contains("might not be a counter").contains("(1:6)");
    assertThat(points(second)).isEqualTo(points(first));
    assertThat(spaced).contains("(1:7)").doesNotContain("(1:6)");
  }

  @Test
  void memoryIsBoundedAndTheOldestGoes() throws Exception {
    server.close();
    QuerierConfig stock = QuerierConfig.STOCK;
    server =
        server(
            new QuerierConfig(
                stock.maxConcurrent(),
                stock.maxQueueWait(),
                stock.timeout(),
                stock.lookback(),
                stock.limits(),
                stock.memoryBytes(),
                40_000,
                stock.slowQuery(),
                stock.logAll(),
                stock.features()));
    for (int i = 0; i < 20; i++) {
      ask("sum(m) + " + i, START, NOW, "");
    }

    String metrics = server.get("/metrics").body();

    assertThat(metrics).contains("vedette_querier_cache_limit_bytes 40000.0");
    assertThat(value(metrics, "vedette_querier_cache_bytes")).isBetween(20_000.0, 40_000.0);
    assertThat(value(metrics, "vedette_querier_cache_evicted_parts_total")).isGreaterThan(10);
    assertThat(ask("sum(m) + 19", START, NOW, "&stats=1")).contains("cachedSteps");
    assertThat(ask("sum(m) + 0", START, NOW, "&stats=1")).doesNotContain("cachedSteps");
  }

  private static double value(String metrics, String name) {
    return metrics
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length())))
        .findFirst()
        .orElseThrow();
  }

  private String ask(String expression, long start, long end, String more) throws Exception {
    String step = more.contains("step=") ? "" : "&step=600";
    return server
        .get(
            "/api/v1/query_range?start=%d&end=%d%s%s&query=%s"
                .formatted(
                    start, end, step, more, URLEncoder.encode(expression, StandardCharsets.UTF_8)))
        .body();
  }

  private static String points(String answer) {
    return answer.substring(answer.indexOf("\"result\""), answer.indexOf("]}]") + 3);
  }

  /** Two series with a sample every five minutes from three days ago until an hour from now. */
  private static InMemorySeries series() {
    InMemorySeries series = new InMemorySeries();
    for (String name : new String[] {"a", "b"}) {
      byte[] labels = LabelBytes.encode(Labels.of("__name__", "m", "n", name));
      WriteBatch batch = new WriteBatch();
      batch.reset(labels);
      batch.addSeries(0, labels.length);
      for (long time = NOW - 3 * DAY; time <= NOW + 3600; time += 300) {
        batch.addSample(time * 1000, Double.doubleToRawLongBits(time % 977 / 10.0));
      }
      series.write(TenantId.DEFAULT, batch);
    }
    return series;
  }
}
