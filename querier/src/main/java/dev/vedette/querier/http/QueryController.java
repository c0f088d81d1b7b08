package dev.vedette.querier.http;

import dev.vedette.model.ErrorId;
import dev.vedette.model.InvalidRequest;
import dev.vedette.model.TenantId;
import dev.vedette.model.Unavailable;
import dev.vedette.promql.PromqlEngine;
import dev.vedette.promql.QueryOptions;
import dev.vedette.promql.parse.ParseTree;
import dev.vedette.promql.parse.Printer;
import dev.vedette.querier.Ahead;
import dev.vedette.querier.Querier;
import dev.vedette.querier.Querier.Range;
import dev.vedette.querier.datadog.MetricQueryRequest;
import dev.vedette.runtime.http.Exchange;
import io.micronaut.context.annotation.Requires;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** PromQL: answered, printed and parsed. */
@Controller("/api/v1")
@Requires(beans = Querier.class)
final class QueryController {
  private final Querier querier;
  private final Ahead<MetricQueryRequest.Promql> ahead;

  QueryController(Querier querier) {
    this.querier = querier;
    this.ahead = querier.ahead();
  }

  @Get(value = "/query", produces = MediaType.ALL)
  CompletionStage<HttpResponse<?>> query(HttpRequest<?> request) {
    return Api.serve(request, this::query);
  }

  @Post(value = "/query", consumes = MediaType.ALL, produces = MediaType.ALL)
  CompletionStage<HttpResponse<?>> queryByForm(HttpRequest<?> request) {
    return Api.serveFormOrJson(request, this::query, this::metricQuery);
  }

  /** The same past the framework. */
  Exchange.BodyHandler queryHandler() {
    return Api.ofFormOrJson(this::query, this::metricQuery);
  }

  /** The same past the framework. */
  Exchange.BodyHandler queryRangeHandler() {
    return Api.ofForm(this::queryRange);
  }

  /** A Datadog-style query, which runs as the PromQL it stands for. */
  private Answer metricQuery(ApiCall call, String json) {
    MetricQueryEndpoint.Asked asked = MetricQueryEndpoint.read(json);
    boolean mayBeCached = !asked.params().flag("nocache");
    boolean isAligned = mayBeCached && querier.config().alignToStep();
    MetricQueryRequest request = isAligned ? asked.request().aligned() : asked.request();
    TenantId tenant = call.tenant(querier);
    return run(
        new ApiCall(call.exchange(), asked.params()),
        tenant,
        options -> {
          Ahead.Known<MetricQueryRequest.Promql> known =
              ahead.look(
                  tenant,
                  MetricQueryEndpoint.question(asked.text(), request),
                  MetricQueryEndpoint.aim(asked.text(), request),
                  options,
                  look -> request.promql(look.source(), tenant, look::read));
          MetricQueryRequest.Promql promql = known.found();
          MetricQueryRequest found = isAligned ? promql.request().aligned() : promql.request();
          List<String> infos = Alignment.infos(asked.request(), found);
          return Answer.holding(
              querier.range(
                  tenant,
                  promql.text(),
                  new Range(found.startMillis(), found.endMillis(), found.bucketMillis()),
                  // What looks back looks back within a bucket.
                  known.options().lookingBack(Duration.ofMillis(found.bucketMillis())),
                  mayBeCached),
              answer -> MetricQueryEndpoint.answer(found, promql.tags(), answer, infos));
        });
  }

  private Answer query(ApiCall call) {
    ApiParams params = call.params();
    int limit = params.limit();
    long time = params.time("time", querier.clock().millis());
    TenantId tenant = call.tenant(querier);
    return run(
        call,
        tenant,
        options ->
            Answer.holding(
                querier.instant(tenant, params.text("query"), time, options),
                answer -> ResultJson.answer(answer, limit, !params.text("stats").isEmpty())));
  }

  @Get(value = "/query_range", produces = MediaType.ALL)
  CompletionStage<HttpResponse<?>> queryRange(HttpRequest<?> request) {
    return Api.serve(request, this::queryRange);
  }

  @Post(value = "/query_range", consumes = MediaType.ALL, produces = MediaType.ALL)
  CompletionStage<HttpResponse<?>> queryRangeByForm(HttpRequest<?> request) {
    return Api.serveForm(request, this::queryRange);
  }

  private Answer queryRange(ApiCall call) {
    ApiParams params = call.params();
    int limit = params.limit();
    Range asked = range(params);
    boolean mayBeCached = !params.flag("nocache");
    Range range = mayBeCached ? querier.aligned(asked) : asked;
    TenantId tenant = call.tenant(querier);
    return run(
        call,
        tenant,
        options ->
            Answer.holding(
                querier.range(tenant, params.text("query"), range, options, mayBeCached),
                answer ->
                    ResultJson.answer(answer, limit, !params.text("stats").isEmpty())
                        .inform(Alignment.infos(asked, range))));
  }

  private static Range range(ApiParams params) {
    long start = params.requiredTime("start");
    long end = params.requiredTime("end");
    if (end < start) {
      throw ApiError.badParameter("end", "end timestamp must not be before start time");
    }
    long step = params.requiredDuration("step");
    if (step <= 0) {
      throw ApiError.badParameter(
          "step",
          "zero or negative query resolution step widths are not accepted. Try a positive integer");
    }
    long span = end - start;
    boolean overflows = span < 0;
    if (overflows || span / step > PromqlEngine.MAX_STEPS) {
      throw ApiError.badData(
          "exceeded maximum resolution of 11,000 points per timeseries."
              + " Try decreasing the query resolution (?step=XX)");
    }
    return new Range(start, end, step);
  }

  /** Runs a query that ends when its client goes away. */
  private Answer run(ApiCall call, TenantId tenant, Function<QueryOptions, Answer> query) {
    ClientCheck client = new ClientCheck(call.exchange());
    try (client) {
      return query.apply(options(call.params(), tenant, client));
    } catch (InvalidRequest e) {
      throw e.id() == ErrorId.QUERY_EXECUTION || e.id() == ErrorId.TIER_UNFIT
          ? ApiError.of(e)
          : ApiError.badParameter("query", e);
    } catch (Unavailable e) {
      throw client.isGone()
          ? new ApiError(ApiError.Type.CANCELED, "query was canceled in query execution")
          : ApiError.of(e);
    }
  }

  private QueryOptions options(ApiParams params, TenantId tenant, ClientCheck client) {
    return new QueryOptions(
        Optional.of(params.lookback(querier.config().lookback())),
        Optional.of(params.timeout(querier.config(tenant).timeout())),
        client::isGone,
        Optional.empty(),
        params.tier(),
        Optional.empty(),
        new QueryOptions.Look(params.text("stats").equals("all"), params.flag("explain")));
  }

  @Get(value = "/format_query", produces = MediaType.ALL)
  CompletionStage<HttpResponse<?>> format(HttpRequest<?> request) {
    return Api.serve(request, this::format);
  }

  @Post(value = "/format_query", consumes = MediaType.ALL, produces = MediaType.ALL)
  CompletionStage<HttpResponse<?>> formatByForm(HttpRequest<?> request) {
    return Api.serveForm(request, this::format);
  }

  private Answer format(ApiCall call) {
    String text = Printer.pretty(call.params().query(querier.features()));
    return Answer.of(json -> json.string(text));
  }

  @Get(value = "/parse_query", produces = MediaType.ALL)
  CompletionStage<HttpResponse<?>> parse(HttpRequest<?> request) {
    return Api.serve(request, this::parse);
  }

  @Post(value = "/parse_query", consumes = MediaType.ALL, produces = MediaType.ALL)
  CompletionStage<HttpResponse<?>> parseByForm(HttpRequest<?> request) {
    return Api.serveForm(request, this::parse);
  }

  private Answer parse(ApiCall call) {
    Map<String, @Nullable Object> tree = ParseTree.of(call.params().query(querier.features()));
    return Answer.of(json -> json.tree(tree));
  }
}
