package dev.vedette.ingester.receive;

import dev.vedette.model.ErrorId;
import dev.vedette.model.InvalidRequest;
import dev.vedette.wire.body.ContentCoding;
import java.util.Locale;
import java.util.Optional;

/** Which message a remote write request holds and how it is compressed, by its headers. */
final class RemoteWriteFormat {
  private static final String MEDIA_TYPE = "application/x-protobuf";
  private static final String MESSAGE_V1 = "prometheus.WriteRequest";

  private RemoteWriteFormat() {}

  /**
   * Accepts remote write 1.0, which may go without a content type or without the name of its
   * message. Throws {@link InvalidRequest} ({@code unsupported-content}) for anything else.
   */
  static void check(String contentType) {
    String[] parts = contentType.split(";", -1);
    String mediaType = parts[0].strip().toLowerCase(Locale.ROOT);
    if (!mediaType.isEmpty() && !mediaType.equals(MEDIA_TYPE)) {
      throw unsupported("Content-Type \"%s\"".formatted(contentType));
    }
    for (int i = 1; i < parts.length; i++) {
      String message = parameter(parts[i], "proto").orElse(MESSAGE_V1);
      if (!message.equals(MESSAGE_V1)) {
        throw unsupported("the message %s".formatted(message));
      }
    }
  }

  private static Optional<String> parameter(String part, String name) {
    int equal = part.indexOf('=');
    if (equal < 0 || !part.substring(0, equal).strip().equalsIgnoreCase(name)) {
      return Optional.empty();
    }
    String value = part.substring(equal + 1).strip();
    boolean quoted = value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"");
    return Optional.of(quoted ? value.substring(1, value.length() - 1) : value);
  }

  private static InvalidRequest unsupported(String sent) {
    return new InvalidRequest(
        ErrorId.UNSUPPORTED_CONTENT,
        "%s is not supported here, expected %s;proto=%s".formatted(sent, MEDIA_TYPE, MESSAGE_V1),
        "send remote write 1.0 (protobuf_message: %s in a Prometheus)".formatted(MESSAGE_V1));
  }

  /** Senders of remote write 1.0 that name no coding mean snappy. */
  static ContentCoding coding(String contentEncoding) {
    if (contentEncoding.isBlank()) {
      return ContentCoding.SNAPPY;
    }
    return ContentCoding.named(contentEncoding)
        .orElseThrow(
            () ->
                new InvalidRequest(
                    ErrorId.UNSUPPORTED_CONTENT,
                    "Content-Encoding \"%s\" is not supported here".formatted(contentEncoding),
                    "send snappy (block format), zstd, gzip or identity"));
  }
}
