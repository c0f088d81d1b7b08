package dev.vedette.wire.exposition;

import dev.vedette.model.ErrorId;
import dev.vedette.model.InvalidRequest;
import java.util.Locale;
import java.util.Optional;

/** The exposition formats a scrape understands, and how one is agreed on with a target. */
public enum ExpositionFormat {
  /** Prometheus text format 0.0.4 (and 1.0.0, which only adds quoted names). */
  TEXT("text/plain"),
  /** OpenMetrics 1.0: strict spacing, UNIT, exemplars, {@code # EOF} at the end. */
  OPENMETRICS("application/openmetrics-text"),
  /**
   * Delimited {@code io.prometheus.client.MetricFamily} messages: the one with native histograms.
   */
  PROTOBUF("application/vnd.google.protobuf");

  /** The {@code Accept} header of a scrape: OpenMetrics preferred, anything is better than 406. */
  public static final String ACCEPT =
      "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,"
          + "application/openmetrics-text;version=0.0.1;q=0.4,"
          + "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,"
          + "text/plain;version=0.0.4;q=0.2,"
          + "*/*;q=0.1";

  private final String mediaType;

  ExpositionFormat(String mediaType) {
    this.mediaType = mediaType;
  }

  public String mediaType() {
    return mediaType;
  }

  public ExpositionParser parser() {
    return switch (this) {
      case TEXT -> new TextParser();
      case OPENMETRICS -> new OpenMetricsParser();
      case PROTOBUF -> new ProtobufParser();
    };
  }

  /**
   * The format of a response by its {@code Content-Type}. Parameters do not matter: a target that
   * names a newer version is parsed by what we know.
   *
   * @param contentType the header, empty where the target sent none
   * @param fallback what to take where the header is missing or names something else
   * @throws InvalidRequest ({@code unsupported-content}) where neither says what to do
   */
  public static ExpositionFormat of(String contentType, Optional<ExpositionFormat> fallback) {
    int parameters = contentType.indexOf(';');
    String sent =
        (parameters < 0 ? contentType : contentType.substring(0, parameters))
            .strip()
            .toLowerCase(Locale.ROOT);
    for (ExpositionFormat format : values()) {
      if (format.mediaType.equals(sent)) {
        return format;
      }
    }
    return fallback.orElseThrow(() -> unknown(contentType));
  }

  private static InvalidRequest unknown(String contentType) {
    return new InvalidRequest(
        ErrorId.UNSUPPORTED_CONTENT,
        contentType.isBlank()
            ? "the target sent no Content-Type, so the format of its metrics is unknown"
            : "the target sent Content-Type \"%s\", expected %s, %s or %s"
                .formatted(contentType, TEXT.mediaType, OPENMETRICS.mediaType, PROTOBUF.mediaType),
        "let the target name the format, or set a fallback scrape protocol for it");
  }
}
