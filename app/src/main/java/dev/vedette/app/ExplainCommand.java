package dev.vedette.app;

import dev.vedette.app.tsdb.FolderTiers;
import dev.vedette.app.tsdb.FolderTsdb;
import dev.vedette.model.ErrorId;
import dev.vedette.model.InvalidRequest;
import dev.vedette.model.RealFiles;
import dev.vedette.model.TenantId;
import dev.vedette.model.Ticker;
import dev.vedette.model.Unavailable;
import dev.vedette.promql.EngineConfig;
import dev.vedette.promql.PromqlEngine;
import dev.vedette.promql.QueryOptions;
import dev.vedette.promql.QueryOptions.Look;
import dev.vedette.promql.QueryResult;
import dev.vedette.promql.explain.PlanText;
import dev.vedette.promql.explain.PlanTree;
import dev.vedette.promql.parse.Durations;
import dev.vedette.runtime.http.TenantResolver;
import dev.vedette.tsdb.Tsdb;
import dev.vedette.tsdb.TsdbConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code vedette promql explain}. */
@Command(
    name = "explain",
    description = {
      "Answer an expression and print its plan: what each part read, gave and took,",
      "and of which tier. Ask a server, or a data folder that no server runs over."
    },
    mixinStandardHelpOptions = true)
final class ExplainCommand implements Callable<Integer> {
  private static final int HTTP_OK = 200;

  @Parameters(paramLabel = "EXPR", description = "The expression.")
  private String expression = "";

  @ArgGroup(exclusive = true)
  private @Nullable Where where;

  @Option(
      names = "--tenant",
      paramLabel = "ID",
      description = "Whose data, where there are several tenants (default: default).")
  private String tenant = "default";

  @Option(
      names = "--time",
      paramLabel = "TIME",
      description =
          "When: 2026-01-31T00:00:00Z or Unix seconds (default: now). With a range, its end.")
  private @Nullable String time;

  @Option(
      names = "--range",
      paramLabel = "DURATION",
      description = "Ask for so much time before, as a graph does (default: for one time).")
  private @Nullable String range;

  @Option(
      names = "--step",
      paramLabel = "DURATION",
      defaultValue = "1m",
      description = "Step of a range (default: ${DEFAULT-VALUE}).")
  private String step = "1m";

  @Option(
      names = "--lookback",
      paramLabel = "DURATION",
      description =
          "How old a sample may be that a selector finds (default: the server's spec.query.lookback;"
              + " 5m for a folder, which does not know its server's).")
  private @Nullable String lookback;

  @Spec private CommandSpec spec = CommandSpec.create();

  /** Who is asked. */
  static final class Where {
    @Option(
        names = "--url",
        paramLabel = "URL",
        description = "A server (default: http://localhost:9090).")
    private @Nullable URI url;

    @Option(
        names = "--data",
        paramLabel = "DIR",
        description = "The folder given to run with --data.")
    private @Nullable Path data;
  }

  /** Times in Unix milliseconds; no step where one time is asked for. */
  private record Times(long start, long end, long step) {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    Times times = times();
    Path data = where == null ? null : where.data;
    URI url = where == null || where.url == null ? URI.create("http://localhost:9090") : where.url;
    Map<?, ?> plan = data == null ? ofServer(url, times) : ofFolder(data, times);
    PrintWriter out = spec.commandLine().getOut();
    out.print(PlanText.of(plan));
    out.flush();
    return CommandLine.ExitCode.OK;
  }

  private Times times() {
    long end = time == null ? System.currentTimeMillis() : TimeText.millis("--time", time);
    return range == null
        ? new Times(end, end, 0)
        : new Times(end - duration("--range", range), end, duration("--step", step));
  }

  private static long duration(String option, String text) {
    long millis = -1;
    try {
      millis = Durations.parseMillis(text);
    } catch (IllegalArgumentException _) {
      // Said below.
    }
    if (millis <= 0) {
      throw invalid("%s \"%s\" is no duration".formatted(option, text), "write it as 5m or 1h30m");
    }
    return millis;
  }

  private Map<?, ?> ofFolder(Path folder, Times times) throws IOException {
    try (DataFolder held = DataFolder.open(folder);
        Tsdb tsdb =
            FolderTsdb.open(
                TsdbConfig.forTools(folder).withTiers(FolderTiers.of(new RealFiles(), folder)))) {
      PromqlEngine engine = new PromqlEngine(EngineConfig.DEFAULT, tsdb, Ticker.system());
      QueryOptions options = options();
      TenantId whose = FolderTsdb.tenant(tsdb, tenant);
      QueryResult result =
          times.step == 0
              ? engine.instant(whose, expression, times.end, options)
              : engine.range(whose, expression, times.start, times.end, times.step, options);
      return PlanTree.of(Objects.requireNonNull(result.info().stats().plan()));
    }
  }

  private QueryOptions options() {
    QueryOptions stock = QueryOptions.DEFAULT;
    return new QueryOptions(
            Optional.ofNullable(lookback)
                .map(text -> Duration.ofMillis(duration("--lookback", text))),
            stock.timeout(),
            stock.cancelled(),
            stock.memory())
        .looking(new Look(false, true));
  }

  private Map<?, ?> ofServer(URI url, Times times) throws IOException, InterruptedException {
    Map<String, String> form = new LinkedHashMap<>();
    form.put("query", expression);
    form.put("explain", "1");
    form.put("limit", "1");
    if (lookback != null) {
      form.put("lookback_delta", seconds(duration("--lookback", lookback)));
    }
    if (times.step == 0) {
      form.put("time", seconds(times.end));
    } else {
      form.put("start", seconds(times.start));
      form.put("end", seconds(times.end));
      form.put("step", seconds(times.step));
    }
    String path = times.step == 0 ? "/api/v1/query" : "/api/v1/query_range";
    HttpRequest request =
        HttpRequest.newBuilder(below(url, path))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .header(TenantResolver.HEADER, tenant)
            .POST(HttpRequest.BodyPublishers.ofString(encoded(form)))
            .build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      return plan(url, client.send(request, HttpResponse.BodyHandlers.ofString()));
    } catch (IOException e) {
      throw new Unavailable(
          ErrorId.STORAGE_UNAVAILABLE,
          "%s does not answer: %s".formatted(url, e),
          "start the server, or name another with --url, or a data folder with --data",
          e);
    }
  }

  private static URI below(URI url, String path) {
    boolean isHttp = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
    if (!isHttp || url.getHost() == null) {
      throw invalid(
          "--url \"%s\" is no address of a server".formatted(url),
          "write it as http://localhost:9090");
    }
    return URI.create(url.toString().replaceAll("/+$", "") + path);
  }

  private static String seconds(long millis) {
    return Double.toString(millis / 1000.0);
  }

  private static String encoded(Map<String, String> form) {
    return form.entrySet().stream()
        .map(e -> e.getKey() + "=" + URLEncoder.encode(e.getValue(), StandardCharsets.UTF_8))
        .collect(Collectors.joining("&"));
  }

  private static Map<?, ?> plan(URI url, HttpResponse<String> reply) {
    Map<?, ?> answer = read(reply.body());
    if (!answer.containsKey("status")) {
      throw invalid(
          "%s is no Prometheus API: it answers %d".formatted(url, reply.statusCode()),
          "name a Vedette with --url");
    }
    if (reply.statusCode() != HTTP_OK) {
      throw invalid(
          "%s answers %d: %s".formatted(url, reply.statusCode(), answer.get("error")),
          "mend what it complains of, or name another server with --url");
    }
    if (answer.get("data") instanceof Map<?, ?> data
        && data.get("explain") instanceof Map<?, ?> plan) {
      return plan;
    }
    throw invalid("%s does not explain queries".formatted(url), "name a Vedette with --url");
  }

  /** What an API answers; empty where it is something else. */
  private static Map<?, ?> read(String body) {
    try {
      // JSON is YAML.
      Load load = new Load(LoadSettings.builder().setCodePointLimit(Integer.MAX_VALUE).build());
      return load.loadFromString(body) instanceof Map<?, ?> answer ? answer : Map.of();
    } catch (YamlEngineException _) {
      return Map.of();
    }
  }

  private static InvalidRequest invalid(String message, String wayOut) {
    return new InvalidRequest(ErrorId.INVALID_REQUEST, message, wayOut);
  }
}
