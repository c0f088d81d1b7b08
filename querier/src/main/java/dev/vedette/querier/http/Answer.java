package dev.vedette.querier.http;

import dev.vedette.model.TenantId;
import dev.vedette.promql.QueryMemory;
import dev.vedette.querier.QueryAnswer;
import dev.vedette.querier.json.JsonWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * A successful answer: everything that could fail has been done, only writing is left. To be closed
 * when it is written.
 *
 * @param data writes the value of {@code data}
 * @param held given back by closing: what the answer holds in memory
 * @param isBare whether the data is all there is, without Prometheus' envelope
 */
record Answer(Data data, List<String> warnings, List<String> infos, Held held, boolean isBare)
    implements AutoCloseable {
  static final String TRUNCATED = "results truncated due to limit";

  /** Writes one JSON value. */
  @FunctionalInterface
  interface Data {
    void write(JsonWriter json) throws IOException;
  }

  /** What is held for an answer until it is written. */
  @FunctionalInterface
  interface Held extends AutoCloseable {
    @Override
    void close();
  }

  Answer {
    warnings = List.copyOf(warnings);
    infos = List.copyOf(infos);
  }

  Answer(Data data, List<String> warnings, List<String> infos, Held held) {
    this(data, warnings, infos, held, false);
  }

  static Answer of(Data data) {
    return new Answer(data, List.of(), List.of(), () -> {});
  }

  /** An answer that is no more than its data. */
  static Answer bare(Data data) {
    return new Answer(data, List.of(), List.of(), () -> {}, true);
  }

  /** The first {@code limit} strings, with a warning where there are more; 0 means all. */
  static Answer strings(List<String> all, int limit) {
    return limited(all, limit, shown -> json -> json.strings(shown));
  }

  static <T> Answer limited(List<T> all, int limit, Function<List<T>, Data> of) {
    boolean cut = limit > 0 && all.size() > limit;
    Answer answer = of(of.apply(cut ? all.subList(0, limit) : all));
    return cut ? answer.warn(TRUNCATED) : answer;
  }

  Answer warn(String warning) {
    List<String> more = new ArrayList<>(warnings);
    more.add(warning);
    return new Answer(data, more, infos, held, isBare);
  }

  Answer inform(List<String> further) {
    List<String> more = new ArrayList<>(infos);
    more.addAll(further);
    return new Answer(data, warnings, more, held, isBare);
  }

  /**
   * An answer whose memory is reserved until it is written; given back at once where there is none.
   *
   * @param tenant for whose account
   */
  static Answer holding(
      QueryMemory memory, TenantId tenant, Function<QueryMemory.Reservation, Answer> make) {
    QueryMemory.Reservation reserved = memory.open(tenant);
    return holding(reserved, reserved::close, make);
  }

  /** An answer made of what a query gave, which is given back as above. */
  static Answer holding(QueryAnswer found, Function<QueryAnswer, Answer> make) {
    return holding(found, found::close, make);
  }

  private static <T> Answer holding(T what, Held held, Function<T, Answer> make) {
    boolean made = false;
    try {
      Answer answer = make.apply(what);
      made = true;
      return new Answer(answer.data, answer.warnings, answer.infos, held, answer.isBare);
    } finally {
      if (!made) {
        held.close();
      }
    }
  }

  @Override
  public void close() {
    held.close();
  }

  void write(JsonWriter json) throws IOException {
    if (isBare) {
      data.write(json);
      json.flush();
      return;
    }
    json.beginObject().name("status").string("success").name("data");
    data.write(json);
    if (!warnings.isEmpty()) {
      json.name("warnings").strings(warnings);
    }
    if (!infos.isEmpty()) {
      json.name("infos").strings(infos);
    }
    json.endObject().flush();
  }
}
