package dev.vedette.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A recorded request of a sender of remote write, and what a receiver has to answer. They are to be
 * sent in the order of {@link #all}, to a server that was empty before.
 */
public record RecordedWrite(
    String name,
    String contentType,
    String encoding,
    byte[] body,
    JsonNode expected,
    JsonNode prometheus) {
  private static final int RECORDED = 205;
  private static final String WRITTEN = "X-Prometheus-Remote-Write-%s-Written";

  /** All of them; none, and a line that says so, where they are absent. */
  public static Stream<RecordedWrite> all() {
    Optional<Path> folder = Conformance.find("remote-write");
    if (folder.isEmpty()) {
      return Stream.empty();
    }
    JsonNode found = Conformance.json(folder.get().resolve("receiver-requests.json"));
    assertThat(found).hasSize(RECORDED);
    return found.valueStream().map(RecordedWrite::of);
  }

  private static RecordedWrite of(JsonNode one) {
    return new RecordedWrite(
        one.get("id") + " " + one.get("test").asText(),
        one.at("/headers/Content-Type").asText(),
        one.at("/headers/Content-Encoding").asText(),
        Base64.getDecoder().decode(one.get("body_base64").asText()),
        one.get("expect"),
        one.get("prometheus_3_5_3"));
  }

  /** Fails where the answer is neither as the protocol asks nor as Prometheus gave it. */
  public void check(HttpResponse<String> answer) {
    if (!isAsOfPrometheus(answer)) {
      checkAgainstProtocol(answer);
    }
  }

  private boolean isAsOfPrometheus(HttpResponse<String> answer) {
    return answer.statusCode() == prometheus.get("status").asInt()
        && prometheus
            .get("written")
            .propertyStream()
            .allMatch(
                written ->
                    answer
                        .headers()
                        .firstValue(written.getKey())
                        .filter(written.getValue().asText()::equals)
                        .isPresent());
  }

  private void checkAgainstProtocol(HttpResponse<String> answer) {
    boolean success = expected.get("success").asBoolean();
    assertThat(answer.statusCode() / 100).as(answer.body()).isEqualTo(success ? 2 : 4);
    int exact = expected.get("exactReponseCode").asInt();
    if (exact != 0) {
      assertThat(answer.statusCode()).isEqualTo(exact);
    }
    if (expected.get("strict").asBoolean()) {
      assertThat(answer.statusCode()).isEqualTo(204);
    }
    if (success && contentType.contains("io.prometheus.write.v2.Request")) {
      for (String kind : List.of("Samples", "Histograms", "Exemplars")) {
        assertThat(answer.headers().firstValue(WRITTEN.formatted(kind)))
            .as(kind)
            .hasValue(expected.get(kind.toLowerCase(Locale.ROOT)).asText());
      }
    }
  }
}
