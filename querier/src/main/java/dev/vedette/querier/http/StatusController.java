package dev.vedette.querier.http;

import dev.vedette.model.BlockInfo;
import dev.vedette.model.CardinalityReport;
import dev.vedette.model.CardinalityReport.Count;
import dev.vedette.promql.parse.Durations;
import dev.vedette.querier.Querier;
import dev.vedette.querier.ServerInfo;
import dev.vedette.querier.json.JsonWriter;
import io.micronaut.context.annotation.Requires;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;

/** What this process is, how it is set, and what it holds. */
@Controller("/api/v1/status")
@Requires(beans = Querier.class)
final class StatusController {
  /** The version of Prometheus whose API this is; Grafana goes by it. */
  static final String API_VERSION = "3.14.0";

  private static final int DEFAULT_TOP = 10;
  private static final int MOST_TOP = 10_000;

  private final Querier querier;
  private final ServerInfo info;
  private final Clock clock;

  StatusController(Querier querier) {
    this.querier = querier;
    this.info = querier.info();
    this.clock = querier.clock();
  }

  @Get(value = "/buildinfo", produces = MediaType.ALL)
  CompletionStage<HttpResponse<?>> buildInfo(HttpRequest<?> request) {
    return Api.serve(
        request,
        _ ->
            Answer.of(
                json ->
                    json.beginObject()
                        .name("version")
                        .string(API_VERSION + "+vedette." + info.version())
                        .name("revision")
                        .string(info.revision())
                        .name("branch")
                        .string("main")
                        .name("buildUser")
                        .string("vedette")
                        .name("buildDate")
                        .string(info.buildDate())
                        .name("goVersion")
                        .string("java" + Runtime.version())
                        .endObject()));
  }

  @Get(value = "/runtimeinfo", produces = MediaType.ALL)
  CompletionStage<HttpResponse<?>> runtimeInfo(HttpRequest<?> request) {
    return Api.serve(request, _ -> Answer.of(this::writeRuntimeInfo));
  }

  /** Go's names, with what comes nearest to them here. */
  private void writeRuntimeInfo(JsonWriter json) throws IOException {
    Runtime runtime = Runtime.getRuntime();
    json.beginObject()
        .name("startTime")
        .string(info.started().toString())
        .name("CWD")
        .string(Path.of("").toAbsolutePath().toString())
        .name("hostname")
        .string(hostname())
        .name("serverTime")
        .string(clock.instant().toString())
        .name("reloadConfigSuccess")
        .bool(true)
        .name("lastConfigTime")
        .string(info.started().toString())
        .name("corruptionCount")
        .number(0)
        .name("goroutineCount")
        .number(ManagementFactory.getThreadMXBean().getThreadCount())
        .name("GOMAXPROCS")
        .number(runtime.availableProcessors())
        .name("GOMEMLIMIT")
        .number(runtime.maxMemory())
        .name("GOGC")
        .string("")
        .name("GODEBUG")
        .string("")
        .name("storageRetention")
        .string(info.retention())
        .endObject();
  }

  private static String hostname() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException _) {
      return "localhost";
    }
  }

  @Get(value = "/flags", produces = MediaType.ALL)
  CompletionStage<HttpResponse<?>> flags(HttpRequest<?> request) {
    return Api.serve(request, _ -> Answer.of(json -> json.tree(new TreeMap<>(querier.flags()))));
  }

  @Get(value = "/config", produces = MediaType.ALL)
  CompletionStage<HttpResponse<?>> config(HttpRequest<?> request) {
    return Api.serve(
        request,
        _ -> {
          String yaml = info.configYaml().get();
          return Answer.of(json -> json.beginObject().name("yaml").string(yaml).endObject());
        });
  }

  @Get(value = "/walreplay", produces = MediaType.ALL)
  CompletionStage<HttpResponse<?>> walReplay(HttpRequest<?> request) {
    // Requests are answered only once the log has been replayed.
    return Api.serve(
        request,
        _ ->
            Answer.of(
                json ->
                    json.beginObject()
                        .name("min")
                        .number(0)
                        .name("max")
                        .number(0)
                        .name("current")
                        .number(0)
                        .endObject()));
  }

  @Get(value = "/tsdb", produces = MediaType.ALL)
  CompletionStage<HttpResponse<?>> tsdb(HttpRequest<?> request) {
    return Api.serve(
        request,
        call -> {
          int top = top(call.params().text("limit"));
          CardinalityReport report = querier.source().cardinality(call.tenant(querier), top);
          return Answer.of(json -> writeCardinality(report, top, json));
        });
  }

  @Get(value = "/tsdb/blocks", produces = MediaType.ALL)
  CompletionStage<HttpResponse<?>> blocks(HttpRequest<?> request) {
    return Api.serve(
        request,
        call -> {
          List<BlockInfo> blocks = querier.source().blocks(call.tenant(querier));
          return Answer.of(json -> writeBlocks(blocks, json));
        });
  }

  /** As Prometheus has them, with the bytes on disk and, of tiers, the length of a bucket. */
  private static void writeBlocks(List<BlockInfo> blocks, JsonWriter json) throws IOException {
    json.beginObject().name("blocks").beginArray();
    for (BlockInfo block : blocks) {
      json.beginObject()
          .name("ulid")
          .string(block.id())
          .name("minTime")
          .number(block.firstMillis())
          .name("maxTime")
          .number(block.lastMillis() + 1)
          .name("stats")
          .beginObject()
          .name("numSamples")
          .number(block.samples())
          .name("numSeries")
          .number(block.series())
          .name("numBytes")
          .number(block.bytes())
          .endObject()
          .name("compaction")
          .beginObject()
          .name("level")
          .number(block.level())
          .name("sources")
          .strings(block.sources().isEmpty() ? List.of(block.id()) : block.sources())
          .endObject()
          .name("version")
          .number(1);
      if (block.resolutionMillis() > 0) {
        json.name("tier").string(Durations.format(block.resolutionMillis()));
      }
      json.endObject();
    }
    json.endArray().endObject();
  }

  private static int top(String text) {
    if (text.isEmpty()) {
      return DEFAULT_TOP;
    }
    int top;
    try {
      top = Integer.parseInt(text);
    } catch (NumberFormatException _) {
      top = 0;
    }
    if (top < 1) {
      throw ApiError.badData("limit must be a positive number");
    }
    if (top > MOST_TOP) {
      throw ApiError.badData("limit must not exceed 10000");
    }
    return top;
  }

  private static void writeCardinality(CardinalityReport report, int top, JsonWriter json)
      throws IOException {
    json.beginObject()
        .name("headStats")
        .beginObject()
        .name("numSeries")
        .number(report.series())
        .name("numLabelPairs")
        .number(report.labelPairs())
        .name("chunkCount")
        .number(report.chunks())
        .name("minTime")
        .number(report.minMillis())
        .name("maxTime")
        .number(report.maxMillis())
        .endObject();
    writeCounts("seriesCountByMetricName", report.seriesByMetric(), top, json);
    writeCounts("labelValueCountByLabelName", report.valuesByLabel(), top, json);
    writeCounts("memoryInBytesByLabelName", report.memoryByLabel(), top, json);
    writeCounts("seriesCountByLabelValuePair", report.seriesByLabelPair(), top, json);
    json.endObject();
  }

  private static void writeCounts(String name, List<Count> counts, int top, JsonWriter json)
      throws IOException {
    json.name(name).beginArray();
    for (Count count : counts.subList(0, Math.min(top, counts.size()))) {
      json.beginObject()
          .name("name")
          .string(count.name())
          .name("value")
          .number(count.value())
          .endObject();
    }
    json.endArray();
  }
}
