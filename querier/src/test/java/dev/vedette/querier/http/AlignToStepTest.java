package dev.vedette.querier.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.Labels;
import dev.vedette.model.TenantId;
import dev.vedette.querier.QuerierConfig;
import dev.vedette.testkit.InMemorySeries;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Range queries whose ends move down to multiples of the step, where the settings say so. */
@Timeout(60)
class AlignToStepTest {
  private static final QuerierConfig ALIGNED = QuerierConfig.STOCK.withAlignToStep(true);
  private static final long STEP = 600;
  private static final long START = 2_000_000 * STEP;
  private static final long END = START + 100 * STEP;

  private final HeldSeries source = new HeldSeries(series());
  private TestServer server;

  @BeforeEach
  void start() {
    source.letGo();
    source.history = new StubHistory((END + 100 * STEP) * 1000);
    server = new TestServer(ALIGNED, source, Optional.empty());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void anEndThatMovedWithinAStepReadsNothingAnew() throws Exception {
    String first = server.get(query(START + 7, END + 7)).body();
    int opened = source.opened();

    String moved = server.get(query(START + 599, END + 599) + "&stats=1").body();
    String posted = server.postForm("/api/v1/query_range", form(START + 300, END + 300)).body();
    String there = server.get(query(START, END)).body();

    assertThat(opened).isEqualTo(1);
    assertThat(source.opened()).isEqualTo(opened);
    assertThat(moved).contains("\"cachedSteps\":101");
    assertThat(first)
        .contains("\"values\":[[%d,".formatted(START))
        .contains("[%d,\"".formatted(END))
        .contains(
            "\"infos\":[\"PromQL info: evaluated from %d to %d: spec.query.alignToStep"
                .formatted(START, END));
    assertThat(posted).isEqualTo(first);
    assertThat(there).doesNotContain("infos");
    assertThat(points(there)).isEqualTo(points(first)).isEqualTo(points(moved));
  }

  @Test
  void theNextStepIsReadWhereTheEndMovedOnByAStep() throws Exception {
    server.get(query(START + 7, END + 7));

    String next = server.get(query(START + 607, END + 607) + "&stats=1").body();

    assertThat(source.opened()).isEqualTo(2);
    assertThat(next).contains("\"cachedSteps\":100").contains("[%d,\"".formatted(END + 600));
  }

  @Test
  void exactTimesAreAnsweredUnlessTheSettingsSayOtherwise() throws Exception {
    server.settings(QuerierConfig.STOCK);
    String exact = server.get(query(START + 7, END + 7)).body();
    server.settings(ALIGNED);
    String aligned = server.get(query(START + 7, END + 7)).body();

    assertThat(exact)
        .contains("\"values\":[[%d,".formatted(START + 7))
        .contains("[%d,\"".formatted(END + 7))
        .doesNotContain("infos");
    assertThat(aligned).contains("\"values\":[[%d,".formatted(START)).contains("infos");
    assertThat(server.get("/api/v1/status/flags").body())
        .contains("\"query.align-to-step\":\"true\"");
  }

  @Test
  void exactTimesAreAnsweredWhereTheCacheIsNotWanted() throws Exception {
    String exact = server.get(query(START + 7, END + 7) + "&nocache=1").body();

    assertThat(exact)
        .contains("\"values\":[[%d,".formatted(START + 7))
        .contains("[%d,\"".formatted(END + 7))
        .doesNotContain("infos");
  }

  @Test
  void partsOfASecondAreMovedAndTimesBefore1970() throws Exception {
    String tenths = "/api/v1/query_range?query=time()&start=10.25&end=10.45&step=0.1";
    String before = "/api/v1/query_range?query=time()&start=-25&end=-5&step=10";

    assertThat(server.get(tenths).body())
        .contains("[[10.200,\"10.2\"],[10.300,\"10.3\"],[10.400,\"10.4\"]]")
        .contains("from 10.2 to 10.4");
    assertThat(server.get(before).body()).contains("[[-30,\"-30\"],[-20,\"-20\"],[-10,\"-10\"]]");
  }

  @Test
  void asManyStepsAsThereMayBeAreNotOneTooMany() throws Exception {
    String most = "/api/v1/query_range?query=time()&start=9&end=110014&step=10";

    String answer = server.get(most).body();

    // From 0 there would be 11,002 points.
    assertThat(answer).contains("\"values\":[[10,\"10\"]").contains("[110010,\"110010\"]]");
  }

  @Test
  void noTimeIsTooEarly() throws Exception {
    String earliest = "-9223372036854775";

    assertThat(
            server
                .get(
                    "/api/v1/query_range?query=1&step=10&start=%s&end=%s"
                        .formatted(earliest, earliest))
                .body())
        .contains("\"values\":[[%s,\"1\"]]".formatted(earliest));
  }

  @Test
  void bucketsOfDatadogStyleQueriesBeginAtMultiplesOfTheInterval() throws Exception {
    String first = metricQuery(START + 7, END + 7, "");
    int opened = source.opened();
    String moved = metricQuery(START + 599, END + 599, "");
    int look = source.opened() - opened;
    String exact = metricQuery(START + 7, END + 7, ",\"nocache\":1");
    server.settings(QuerierConfig.STOCK);
    String off = metricQuery(START + 7, END + 7, "");

    assertThat(first)
        .contains("\"points\":[[%d,".formatted(START))
        .contains(",[%d,".formatted(END))
        .contains("\"infos\":[\"PromQL info: the first bucket begins at %d:".formatted(START));
    assertThat(moved).isEqualTo(first);
    // The look at what samples the metric has reads, its buckets are kept.
    assertThat(opened).isEqualTo(2);
    assertThat(look).isEqualTo(1);
    assertThat(exact).contains("\"points\":[[%d,".formatted(START + 7)).doesNotContain("infos");
    assertThat(off).isEqualTo(exact);
  }

  @Test
  void bucketsThatAreLongerBecauseHistogramsCountAreAlignedToTheirLength() throws Exception {
    InMemorySeries stored = new InMemorySeries();
    for (int i = 0; i < 12; i++) {
      long time = (START + i * 15) * 1000;
      stored.append(TenantId.DEFAULT, Labels.of("__name__", "h_bucket", "le", "+Inf"), time, i);
      stored.append(TenantId.DEFAULT, Labels.of("__name__", "h_count"), time, 100 + i);
    }
    source.inner = stored;

    String answer =
        server
            .postForm(
                "/api/v1/query",
                "{\"query\":\"count:h\",\"from\":%d,\"to\":%d}".formatted(START + 67, START + 127))
            .body();

    assertThat(answer)
        .contains("\"points\":[[%d,4],[%d,4]]".formatted(START + 60, START + 120))
        .contains("begins at %d:".formatted(START + 60));
  }

  @Test
  void aBucketThatBeganIsPartOfTheAnswerThoughItsEndMovedNowhere() throws Exception {
    String answer = metricQuery(START, END + 1, "");

    assertThat(answer).contains(",[%d,".formatted(END)).doesNotContain("infos");
  }

  private String metricQuery(long from, long to, String more) throws Exception {
    return server
        .postForm(
            "/api/v1/query",
            "{\"query\":\"avg:m{*}\",\"from\":%d,\"to\":%d,\"interval\":%d%s}"
                .formatted(from, to, STEP, more))
        .body();
  }

  private static String query(long start, long end) {
    return "/api/v1/query_range?" + form(start, end);
  }

  private static String form(long start, long end) {
    return "query=sum(m)&start=%d&end=%d&step=%d".formatted(start, end, STEP);
  }

  private static String points(String answer) {
    return answer.substring(answer.indexOf("\"result\""), answer.indexOf("]}]") + 3);
  }

  /** A series with a sample a minute, from an hour before the start to two hours behind the end. */
  private static InMemorySeries series() {
    InMemorySeries series = new InMemorySeries();
    for (long time = START - 3600; time <= END + 7200; time += 60) {
      series.append(TenantId.DEFAULT, Labels.of("__name__", "m"), time * 1000, time % 977);
    }
    return series;
  }
}
