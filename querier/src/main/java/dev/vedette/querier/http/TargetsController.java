package dev.vedette.querier.http;

import dev.vedette.model.TargetSource;
import dev.vedette.model.TargetSource.Dropped;
import dev.vedette.model.TargetSource.Target;
import dev.vedette.promql.parse.Durations;
import dev.vedette.querier.Querier;
import dev.vedette.querier.json.JsonWriter;
import io.micronaut.context.annotation.Requires;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;

/** What is scraped. */
@Controller("/api/v1")
@Requires(beans = Querier.class)
final class TargetsController {
  // How Go writes "never".
  private static final String NEVER = "0001-01-01T00:00:00Z";

  private final Querier querier;

  TargetsController(Querier querier) {
    this.querier = querier;
  }

  @Get(value = "/targets", produces = MediaType.ALL)
  CompletionStage<HttpResponse<?>> targets(HttpRequest<?> request) {
    return Api.serve(request, this::targets);
  }

  private Answer targets(ApiCall call) {
    String state = call.params().text("state").toLowerCase(Locale.ROOT);
    String pool = call.params().text("scrapePool");
    boolean wantsActive = !state.equals("dropped");
    boolean wantsDropped = !state.equals("active");
    TargetSource scraped = scraped(call);
    List<Target> active =
        wantsActive
            ? scraped.active().stream().filter(t -> isOf(pool, t.pool())).toList()
            : List.of();
    List<Dropped> dropped =
        wantsDropped
            ? scraped.dropped().stream().filter(t -> isOf(pool, t.pool())).toList()
            : List.of();
    return Answer.of(json -> write(active, dropped, wantsDropped, json));
  }

  private static boolean isOf(String wanted, String pool) {
    return wanted.isEmpty() || wanted.equals(pool);
  }

  private static void write(
      List<Target> active, List<Dropped> dropped, boolean counted, JsonWriter json)
      throws IOException {
    json.beginObject().name("activeTargets").beginArray();
    for (Target target : active) {
      write(target, json);
    }
    json.endArray().name("droppedTargets").beginArray();
    for (Dropped target : dropped) {
      json.beginObject().name("discoveredLabels").labels(target.discovered());
      json.name("scrapePool").string(target.pool()).endObject();
    }
    json.endArray().name("droppedTargetCounts");
    if (counted) {
      TreeMap<String, Integer> counts = new TreeMap<>();
      dropped.forEach(target -> counts.merge(target.pool(), 1, Integer::sum));
      json.tree(counts);
    } else {
      json.nul();
    }
    json.endObject();
  }

  private static void write(Target target, JsonWriter json) throws IOException {
    json.beginObject().name("discoveredLabels").labels(target.discovered());
    json.name("labels").labels(target.labels());
    json.name("scrapePool")
        .string(target.pool())
        .name("scrapeUrl")
        .string(target.url())
        .name("globalUrl")
        .string(target.url())
        .name("lastError")
        .string(target.lastError())
        .name("lastScrape")
        .string(target.lastScrape().map(Object::toString).orElse(NEVER))
        .name("lastScrapeDuration")
        .number(target.lastDuration().toNanos() / 1e9)
        .name("health")
        .string(target.health().name().toLowerCase(Locale.ROOT))
        .name("scrapeInterval")
        .string(Durations.format(target.interval().toMillis()))
        .name("scrapeTimeout")
        .string(Durations.format(target.timeout().toMillis()))
        .endObject();
  }

  private TargetSource scraped(ApiCall call) {
    return querier.targets(call.tenant(querier));
  }

  @Get(value = "/scrape_pools", produces = MediaType.ALL)
  CompletionStage<HttpResponse<?>> pools(HttpRequest<?> request) {
    return Api.serve(
        request,
        call -> {
          TargetSource scraped = scraped(call);
          TreeSet<String> pools = new TreeSet<>();
          scraped.active().forEach(target -> pools.add(target.pool()));
          scraped.dropped().forEach(target -> pools.add(target.pool()));
          return Answer.of(
              json ->
                  json.beginObject().name("scrapePools").strings(List.copyOf(pools)).endObject());
        });
  }
}
