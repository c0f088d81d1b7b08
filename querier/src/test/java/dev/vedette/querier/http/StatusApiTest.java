package dev.vedette.querier.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vedette.model.BlockInfo;
import dev.vedette.model.Labels;
import dev.vedette.model.MetricMetadata;
import dev.vedette.model.MetricType;
import dev.vedette.model.SeriesSource;
import dev.vedette.model.TargetSource;
import dev.vedette.querier.QuerierConfig;
import dev.vedette.testkit.InMemorySeries;
import java.lang.reflect.Proxy;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the server says of itself, of its blocks and of its targets. */
@Timeout(60)
class StatusApiTest {
  private static final BlockInfo MERGED =
      new BlockInfo("01B", 1000, 2999, 7, 70, 700, 2, List.of("01A", "01B"), 0);
  private static final BlockInfo TIER =
      new BlockInfo("01C", 1000, 2999, 7, 14, 99, 1, List.of(), 300_000);

  private static TestServer server;

  @BeforeAll
  static void start() {
    server = new TestServer(QuerierConfig.STOCK, withBlocks(), Optional.of(new Targets()));
  }

  private static SeriesSource withBlocks() {
    InMemorySeries series = new InMemorySeries();
    return (SeriesSource)
        Proxy.newProxyInstance(
            StatusApiTest.class.getClassLoader(),
            new Class<?>[] {SeriesSource.class},
            (_, method, arguments) ->
                method.getName().equals("blocks")
                    ? List.of(MERGED, TIER)
                    : method.invoke(series, arguments));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  /** Two targets of which the second says less. */
  private static final class Targets implements TargetSource {
    private static final MetricMetadata UP_TIME =
        new MetricMetadata("uptime_seconds", MetricType.GAUGE, "For how long.", "seconds");
    private static final MetricMetadata HITS =
        new MetricMetadata("hits", MetricType.COUNTER, "How many.", "");

    @Override
    public List<Target> active() {
      return List.of();
    }

    @Override
    public List<Dropped> dropped() {
      return List.of();
    }

    @Override
    public List<TargetFamilies> families() {
      return List.of(
          new TargetFamilies(Labels.of("instance", "a", "job", "web"), List.of(HITS, UP_TIME)),
          new TargetFamilies(Labels.of("instance", "b", "job", "db"), List.of(UP_TIME)));
    }

    @Override
    public List<FailedLookup> failedLookups() {
      return List.of(
          new FailedLookup(
              "shop/db/0",
              new FailedPlace("dns", "db.example", "no answer", "ask again", Instant.EPOCH, 2)),
          new FailedLookup(
              "shop/web/0",
              new FailedPlace("file", "/t/web.json", "no list", "mend it", Instant.EPOCH, 0)));
    }

    @Override
    public Optional<List<RelabelStep>> relabelSteps(String pool, Labels discovered) {
      Relabeling rule = new Relabeling("drop", List.of("env"), ";", "test", 0, "", "$1");
      return pool.equals("shop/web/0")
          ? Optional.of(List.of(new RelabelStep(rule, discovered, true)))
          : Optional.empty();
    }
  }

  @Test
  void blocksAreListedWithWhatTheyHold() throws Exception {
    assertThat(data("/api/v1/status/tsdb/blocks"))
        .hasToString(
            """
            {"blocks":[\
            {"ulid":"01B","minTime":1000,"maxTime":3000,\
            "stats":{"numSamples":70,"numSeries":7,"numBytes":700},\
            "compaction":{"level":2,"sources":["01A","01B"]},"version":1},\
            {"ulid":"01C","minTime":1000,"maxTime":3000,\
            "stats":{"numSamples":14,"numSeries":7,"numBytes":99},\
            "compaction":{"level":1,"sources":["01C"]},"version":1,"tier":"5m"}]}""");
  }

  @Test
  void featuresAreNamedAsPrometheusNamesThem() throws Exception {
    JsonNode features = data("/api/v1/features");

    assertThat(features.at("/api/admin").asBoolean(true)).isFalse();
    assertThat(features.at("/api/remote_write_receiver").asBoolean()).isTrue();
    assertThat(features.at("/promql/at_modifier").asBoolean()).isTrue();
    assertThat(features.at("/promql/fill").asBoolean(true)).isFalse();
    assertThat(features.at("/promql_functions/rate").asBoolean()).isTrue();
    assertThat(features.at("/promql_functions/info").asBoolean(true)).isFalse();
    assertThat(features.at("/promql_operators/limitk").asBoolean(true)).isFalse();
    assertThat(features.get("promql_operators").get("=~").asBoolean()).isTrue();
    assertThat(features.at("/tsdb/native_histograms").asBoolean()).isTrue();
  }

  @Test
  void metricsOfTheProcessCanBeReadAsJson() throws Exception {
    JsonNode running =
        data("/api/v1/status/self_metrics?metric_name_pattern=vedette_querier_queries_running");
    JsonNode some = data("/api/v1/status/self_metrics?metric_name_pattern=vedette_querier_.*");

    assertThat(running)
        .hasToString(
            """
            [{"name":"vedette_querier_queries_running","help":"Queries that run now.",\
            "type":"GAUGE","metric":[{"gauge":{"value":0}}]}]""");
    assertThat(some.findValuesAsText("type")).contains("COUNTER", "GAUGE", "HISTOGRAM");
    assertThat(some.findValuesAsText("name")).contains("vedette_querier_samples_read_total");
    assertThat(data("/api/v1/status/self_metrics").size()).isGreaterThanOrEqualTo(some.size());
    assertThat(server.get("/api/v1/status/self_metrics?metric_name_pattern=(").body())
        .contains("invalid parameter \\\"metric_name_pattern\\\": error parsing regexp");
  }

  @Test
  void histogramsOfTheProcessHaveTheirBuckets() throws Exception {
    data("/api/v1/query?query=1");

    JsonNode metric =
        data("/api/v1/status/self_metrics?metric_name_pattern=vedette_querier_query_seconds")
            .at("/0/metric/0");

    assertThat(metric.get("label")).hasToString("[{\"name\":\"kind\",\"value\":\"instant\"}]");
    assertThat(metric.at("/histogram/sampleCount").asText()).isEqualTo("1");
    JsonNode buckets = metric.at("/histogram/bucket");
    assertThat(buckets.get(buckets.size() - 1))
        .hasToString("{\"cumulativeCount\":\"1\",\"upperBound\":\"Infinity\"}");
  }

  @Test
  void metadataOfTargetsIsTheirOwn() throws Exception {
    String all = "/api/v1/targets/metadata";

    assertThat(data(all)).hasSize(3);
    assertThat(data(all).get(0))
        .hasToString(
            """
            {"target":{"instance":"a","job":"web"},"metric":"hits","type":"counter",\
            "help":"How many.","unit":""}""");
    assertThat(data(all + "?limit=1")).hasSize(2);
    assertThat(data(all + "?limit=0")).isEmpty();
    assertThat(data(all + "?match_target=" + encode("{job=\"db\"}"))).hasSize(1);
    assertThat(data(all + "?metric=uptime_seconds&limit=1"))
        .hasToString(
            """
            [{"target":{"instance":"a","job":"web"},"type":"gauge","help":"For how long.",\
            "unit":"seconds"}]""");
  }

  @Test
  void placesWhereTargetsCannotBeLookedUpAreShownWithTheWayOut() throws Exception {
    String all = "/api/v1/targets/failed_lookups";

    assertThat(data(all + "?scrapePool=shop/web/0"))
        .hasToString(
            """
            {"failedLookups":[{"scrapePool":"shop/web/0","mechanism":"file",\
            "place":"/t/web.json","reason":"no list","wayOut":"mend it",\
            "since":"1970-01-01T00:00:00Z","targetsKept":0}],"total":1}""");
    assertThat(data(all).get("failedLookups")).hasSize(2);
    assertThat(data(all + "?limit=1").get("failedLookups")).hasSize(1);
    assertThat(data(all + "?limit=1").get("total").intValue()).isEqualTo(2);
    assertThat(data("/api/v1/targets").properties())
        .as("in the shape of Prometheus")
        .extracting(Map.Entry::getKey)
        .containsExactly("activeTargets", "droppedTargets", "droppedTargetCounts");
  }

  @Test
  void relabellingOfAPoolIsShownStepByStep() throws Exception {
    String labels = encode("{\"__address__\":\"a:1\",\"env\":\"prod\"}");

    assertThat(data("/api/v1/targets/relabel_steps?scrapePool=shop/web/0&labels=" + labels))
        .hasToString(
            """
            {"steps":[{"rule":{"source_labels":["env"],"separator":";","regex":"test",\
            "replacement":"$1","action":"drop"},\
            "output":{"__address__":"a:1","env":"prod"},"keep":true}]}""");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "targets/relabel_steps|no scrapePool parameter provided",
        "targets/relabel_steps?scrapePool=x|no labels parameter provided",
        "targets/relabel_steps?scrapePool=x&labels={}|scrape pool not found: x",
        "targets/relabel_steps?scrapePool=x&labels=[|error parsing labels: 1:1: invalid JSON: expected a JSON object",
        "targets/relabel_steps?scrapePool=x&labels={\"a\":1}|1:6: invalid JSON: expected a string for \\\"a\\\"",
        "targets/relabel_steps?scrapePool=x&labels={\"a\":\"1\",\"a\":\"2\"}|1:13: invalid JSON: Duplicate field 'a'",
        "targets/relabel_steps?scrapePool=x&labels={\"a\":\"1\"|1:9: invalid JSON: Unexpected end-of-input",
        "targets/metadata?limit=x|limit must be a number",
        "targets/failed_lookups?limit=-1|limit must be non-negative",
        "targets/metadata?match_target={|invalid parameter \\\"match_target\\\": 1:2: parse error",
        "metadata?limit_per_metric=x|limit_per_metric must be a number",
        "rules?group_limit=0|group_limit needs to be a number above 0",
        "rules?group_limit=x|group_limit needs to be a number above 0",
        "rules?group_next_token=x|group_limit needs to be set beside it",
        "rules?exclude_alerts=maybe|strconv.ParseBool: parsing \\\"maybe\\\": invalid syntax",
        "rules?match[]={|1:2: parse error",
      })
  void whatMakesNoSenseIsRefusedByName(String pathAndQuery, String error) throws Exception {
    HttpResponse<String> reply =
        server.get(
            "/api/v1/"
                + pathAndQuery
                    .replace("{", "%7B")
                    .replace("}", "%7D")
                    .replace("[", "%5B")
                    .replace("]", "%5D")
                    .replace("\"", "%22"));

    assertThat(reply.statusCode()).as(reply.body()).isEqualTo(400);
    assertThat(reply.body()).contains("\"errorType\":\"bad_data\"").contains(error);
  }

  private static JsonNode data(String path) throws Exception {
    HttpResponse<String> reply = server.get(path);
    assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
    return new ObjectMapper().readTree(reply.body()).get("data");
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
