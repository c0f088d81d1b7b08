package dev.vedette.querier.http;

import dev.vedette.model.ErrorId;
import dev.vedette.model.InvalidRequest;
import dev.vedette.model.Label;
import dev.vedette.model.Labels;
import dev.vedette.promql.QueryResult;
import dev.vedette.promql.QueryResult.Column;
import dev.vedette.querier.QueryAnswer;
import dev.vedette.querier.Question;
import dev.vedette.querier.datadog.MetricQueryRequest;
import dev.vedette.querier.json.JsonObjects;
import dev.vedette.querier.json.JsonWriter;
import dev.vedette.runtime.http.Params;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;

/** Datadog-style queries: their JSON in and out. */
final class MetricQueryEndpoint {
  private static final Set<String> MEMBERS =
      Set.of("query", "from", "to", "interval", "timeout", "nocache");
  // 31 December 9999: what is later, or as much before 1970, is no time but a mistake.
  private static final long LATEST_MILLIS = 253_402_300_799_999L;
  private static final long LONGEST_BUCKET_MILLIS = Duration.ofDays(366).toMillis();

  private MetricQueryEndpoint() {}

  /** What a body asks for, beside the parameters of the API that go with it. */
  record Asked(String text, MetricQueryRequest request, ApiParams params) {}

  /** A query as it was written, and when it is evaluated. */
  static Question question(String text, MetricQueryRequest request) {
    return new Question(text, request.startMillis(), request.endMillis(), request.bucketMillis());
  }

  /** The same for queries that may be told the same, if their times are the same. */
  static String aim(String text, MetricQueryRequest request) {
    return request.isBucketOpen() ? text : text + " by this interval";
  }

  /** Reads a body; refused by the member that is wrong. */
  static Asked read(String body) {
    Map<String, String> members = JsonObjects.scalars(body);
    for (String name : members.keySet()) {
      if (!MEMBERS.contains(name)) {
        throw ApiError.badData(
            "unknown member \"%s\", expected query, from, to, interval, timeout and nocache"
                .formatted(name));
      }
    }
    String query = required(members, "query");
    long from = time(members, "from");
    long to = time(members, "to");
    MetricQueryRequest request;
    try {
      request = MetricQueryRequest.of(query, from, to, interval(members));
    } catch (InvalidRequest e) {
      throw e.id() == ErrorId.INVALID_EXPRESSION
          ? ApiError.badParameter("query", e)
          : ApiError.of(e);
    }
    return new Asked(query, request, params(members));
  }

  private static String required(Map<String, String> members, String name) {
    String text = members.getOrDefault(name, "");
    if (text.isEmpty()) {
      throw ApiError.badData("missing \"%s\"".formatted(name));
    }
    return text;
  }

  private static long time(Map<String, String> members, String name) {
    String text = required(members, name);
    OptionalLong millis = ApiParams.parseTime(text);
    if (millis.isEmpty() || Math.abs(millis.getAsLong()) > LATEST_MILLIS) {
      throw ApiError.badParameter(
          name, "cannot parse \"%s\" to Unix seconds up to the year 9999".formatted(text));
    }
    return millis.getAsLong();
  }

  private static OptionalLong interval(Map<String, String> members) {
    String text = members.getOrDefault("interval", "");
    if (text.isEmpty()) {
      return OptionalLong.empty();
    }
    OptionalLong millis = ApiParams.parseDuration(text);
    if (millis.isEmpty() || millis.getAsLong() <= 0 || millis.getAsLong() > LONGEST_BUCKET_MILLIS) {
      throw ApiError.badParameter(
          "interval", "cannot parse \"%s\" to seconds above 0 and up to 366 days".formatted(text));
    }
    return millis;
  }

  private static ApiParams params(Map<String, String> members) {
    Map<String, String> params = new LinkedHashMap<>();
    params.put("timeout", members.getOrDefault("timeout", ""));
    params.put("nocache", members.getOrDefault("nocache", ""));
    return new ApiParams(Params.of(params));
  }

  /**
   * @param infos what there is to say besides
   */
  static Answer answer(
      MetricQueryRequest request,
      Map<String, String> tags,
      QueryAnswer answer,
      List<String> infos) {
    QueryResult.Matrix result = (QueryResult.Matrix) answer.result();
    List<String> all = Stream.concat(result.info().infos().stream(), infos.stream()).toList();
    return Answer.bare(json -> write(request, tags, result, all, json));
  }

  private static void write(
      MetricQueryRequest request,
      Map<String, String> tags,
      QueryResult.Matrix result,
      List<String> infos,
      JsonWriter json)
      throws IOException {
    json.beginObject().name("series").beginArray();
    for (Column column : result.series()) {
      if (isAnyShown(column)) {
        writeTags(column.labels(), tags, json.beginObject().name("tags"));
        writePoints(request, column, json.name("points"));
        json.endObject();
      }
    }
    json.endArray();
    writeNotes("warnings", result.info().warnings(), json);
    writeNotes("infos", infos, json);
    json.endObject();
  }

  private static void writeNotes(String name, List<String> notes, JsonWriter json)
      throws IOException {
    if (!notes.isEmpty()) {
      json.name(name).strings(notes);
    }
  }

  private static void writeTags(Labels labels, Map<String, String> tags, JsonWriter json)
      throws IOException {
    json.beginObject();
    for (Label label : labels) {
      json.name(tags.getOrDefault(label.name(), label.name())).string(label.value());
    }
    json.endObject();
  }

  private static void writePoints(MetricQueryRequest request, Column column, JsonWriter json)
      throws IOException {
    json.beginArray();
    for (int i = 0; i < column.timestamps().length; i++) {
      if (isShown(column, i)) {
        json.beginArray()
            .time(request.bucketOf(column.timestamps()[i]))
            .number(column.values()[i])
            .endArray();
      }
    }
    json.endArray();
  }

  private static boolean isAnyShown(Column column) {
    for (int i = 0; i < column.timestamps().length; i++) {
      if (isShown(column, i)) {
        return true;
      }
    }
    return false;
  }

  /** JSON has no word for what is not finite. */
  private static boolean isShown(Column column, int point) {
    return column.histogram(point) == null && Double.isFinite(column.values()[point]);
  }
}
