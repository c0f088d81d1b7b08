package dev.vedette.querier.http;

import dev.vedette.model.ErrorId;
import dev.vedette.model.InvalidRequest;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.StorageAdmin;
import dev.vedette.model.Unavailable;
import dev.vedette.querier.Querier;
import io.micronaut.context.annotation.Requires;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.Put;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What changes the data from outside, with Prometheus' parameters and answers; refused as long as
 * {@code --enable-admin-api} does not allow it, for whoever reaches the port may call it.
 */
@Controller("/api/v1/admin/tsdb")
@Requires(beans = Querier.class)
final class AdminController {
  private final Querier querier;
  private final boolean enabled;
  private final @Nullable StorageAdmin admin;

  /**
   * @param admin the storage of this process, where there is any
   */
  AdminController(Querier querier, @Nullable StorageAdmin admin) {
    this.querier = querier;
    this.enabled = querier.info().adminApi();
    this.admin = admin;
  }

  @Post(value = "/delete_series", consumes = MediaType.ALL, produces = MediaType.ALL)
  CompletionStage<HttpResponse<?>> deleteByPost(HttpRequest<?> request) {
    return serve(request, this::delete);
  }

  @Put(value = "/delete_series", consumes = MediaType.ALL, produces = MediaType.ALL)
  CompletionStage<HttpResponse<?>> deleteByPut(HttpRequest<?> request) {
    return serve(request, this::delete);
  }

  private Answer delete(ApiCall call) {
    ApiParams params = call.params();
    if (params.texts("match[]").isEmpty()) {
      throw ApiError.badData("no match[] parameter provided");
    }
    long start = params.time("start", Long.MIN_VALUE);
    long end = params.time("end", Long.MAX_VALUE);
    List<List<LabelMatcher>> selectors = selectors(params);
    // An empty range is no error, as in Prometheus.
    if (start <= end) {
      storage().delete(call.tenant(querier), selectors, start, end);
    }
    throw new Api.NoContent();
  }

  private static List<List<LabelMatcher>> selectors(ApiParams params) {
    try {
      return params.matches();
    } catch (InvalidRequest e) {
      throw ApiError.badParameter("match[]", e);
    }
  }

  @Post(value = "/clean_tombstones", consumes = MediaType.ALL, produces = MediaType.ALL)
  CompletionStage<HttpResponse<?>> cleanByPost(HttpRequest<?> request) {
    return serve(request, this::clean);
  }

  @Put(value = "/clean_tombstones", consumes = MediaType.ALL, produces = MediaType.ALL)
  CompletionStage<HttpResponse<?>> cleanByPut(HttpRequest<?> request) {
    return serve(request, this::clean);
  }

  private Answer clean(ApiCall call) {
    storage().cleanTombstones();
    throw new Api.NoContent();
  }

  @Post(value = "/snapshot", consumes = MediaType.ALL, produces = MediaType.ALL)
  CompletionStage<HttpResponse<?>> snapshotByPost(HttpRequest<?> request) {
    return serve(request, this::snapshot);
  }

  @Put(value = "/snapshot", consumes = MediaType.ALL, produces = MediaType.ALL)
  CompletionStage<HttpResponse<?>> snapshotByPut(HttpRequest<?> request) {
    return serve(request, this::snapshot);
  }

  private Answer snapshot(ApiCall call) {
    String name = storage().snapshot(call.params().flag("skip_head"));
    return Answer.of(json -> json.beginObject().name("name").string(name).endObject());
  }

  private CompletionStage<HttpResponse<?>> serve(
      HttpRequest<?> request, Function<ApiCall, Answer> answer) {
    return Api.serveForm(
        request,
        call -> {
          if (!enabled) {
            throw new ApiError(ApiError.Type.DISABLED, "admin APIs disabled");
          }
          return answer.apply(call);
        });
  }

  private StorageAdmin storage() {
    if (admin == null) {
      throw new Unavailable(
          ErrorId.STORAGE_UNAVAILABLE,
          "there is no storage in this process",
          "ask a process that plays the role storage");
    }
    return admin;
  }
}
