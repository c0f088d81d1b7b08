package dev.vedette.querier.http;

import dev.vedette.promql.QueryStats;
import dev.vedette.promql.exec.StepCounts;
import dev.vedette.querier.QueryAnswer;
import dev.vedette.querier.json.JsonWriter;
import java.io.IOException;

/**
 * Writes what a query cost: as Prometheus tells it, with ours beside it, and by parts of its plan.
 */
final class StatsJson {
  private StatsJson() {}

  static void write(QueryAnswer answer, JsonWriter json) throws IOException {
    QueryStats stats = answer.result().info().stats();
    QueryStats.Timings timings = stats.timings();
    json.beginObject().name("timings").beginObject();
    seconds("evalTotalTime", timings.total(), json);
    seconds("resultSortTime", timings.sorted(), json);
    seconds("queryPreparationTime", timings.prepared(), json);
    seconds("innerEvalTime", timings.evaluated(), json);
    seconds("execQueueTime", timings.queued(), json);
    seconds("execTotalTime", timings.queued() + timings.total(), json);
    json.endObject().name("samples").beginObject();
    StepCounts counts = stats.counts();
    long[] byStep = counts.byStep();
    if (byStep != null) {
      json.name("totalQueryableSamplesPerStep").beginArray();
      for (int i = 0; i < byStep.length; i++) {
        json.beginArray().time(counts.steps().time(i)).number(byStep[i]).endArray();
      }
      json.endArray();
    }
    json.name("totalQueryableSamples")
        .number(counts.total())
        .name("peakSamples")
        .number(stats.peakBytes() / Double.BYTES)
        .name("samplesRead")
        .number(stats.samplesRead())
        .name("seriesRead")
        .number(stats.seriesRead())
        .name("bytesRead")
        .number(stats.bytesRead())
        .name("peakBytes")
        .number(stats.peakBytes())
        .endObject();
    if (answer.askers() > 1) {
      json.name("askers").number(answer.askers());
    }
    if (answer.cachedSteps() > 0) {
      json.name("cachedSteps").number(answer.cachedSteps());
    }
    json.endObject();
  }

  private static void seconds(String name, long nanos, JsonWriter json) throws IOException {
    json.name(name).number(nanos / 1e9);
  }
}
