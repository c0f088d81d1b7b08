package dev.vedette.ingester.receive;

import dev.vedette.model.ErrorId;
import dev.vedette.model.InvalidRequest;
import dev.vedette.wire.body.ContentCoding;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Which message a remote write request holds and how it may be compressed, by its headers. */
enum RemoteWriteFormat {
  V1(
      "remote-write-1",
      "prometheus.WriteRequest",
      EnumSet.of(
          ContentCoding.SNAPPY, ContentCoding.ZSTD, ContentCoding.GZIP, ContentCoding.IDENTITY)),
  /** Its specification wants 415 for what is not agreed on, and test suites send gzip to see. */
  V2(
      "remote-write-2",
      "io.prometheus.write.v2.Request",
      EnumSet.of(ContentCoding.SNAPPY, ContentCoding.ZSTD));

  private static final String MEDIA_TYPE = "application/x-protobuf";

  private final String protocol;
  private final String message;
  private final Set<ContentCoding> codings;

  RemoteWriteFormat(String protocol, String message, Set<ContentCoding> codings) {
    this.protocol = protocol;
    this.message = message;
    this.codings = codings;
  }

  /** As our metrics call it. */
  String protocol() {
    return protocol;
  }

  /**
   * The format of a content type. Remote write 1.0 may go without one or without the name of its
   * message.
   *
   * @throws InvalidRequest ({@code unsupported-content}) for anything else
   */
  static RemoteWriteFormat of(String contentType) {
    String[] parts = contentType.split(";", -1);
    String mediaType = parts[0].strip().toLowerCase(Locale.ROOT);
    if (!mediaType.isEmpty() && !mediaType.equals(MEDIA_TYPE)) {
      throw unsupported("Content-Type \"%s\"".formatted(contentType));
    }
    RemoteWriteFormat format = V1;
    for (int i = 1; i < parts.length; i++) {
      Optional<String> message = parameter(parts[i], "proto");
      if (message.isPresent()) {
        format = ofMessage(message.get());
      }
    }
    return format;
  }

  private static RemoteWriteFormat ofMessage(String message) {
    for (RemoteWriteFormat format : values()) {
      if (format.message.equals(message)) {
        return format;
      }
    }
    throw unsupported("the message \"%s\"".formatted(message));
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
        "%s is not supported here, expected %s;proto=%s or %s;proto=%s"
            .formatted(sent, MEDIA_TYPE, V1.message, MEDIA_TYPE, V2.message),
        "send remote write 1.0 or 2.0 (protobuf_message: %s or %s in a Prometheus)"
            .formatted(V1.message, V2.message));
  }

  /**
   * The coding of a body; senders that name none mean snappy.
   *
   * @throws InvalidRequest ({@code unsupported-content}) for one that this format does not go with
   */
  ContentCoding coding(String contentEncoding) {
    if (contentEncoding.isBlank()) {
      return ContentCoding.SNAPPY;
    }
    return ContentCoding.named(contentEncoding)
        .filter(codings::contains)
        .orElseThrow(
            () ->
                new InvalidRequest(
                    ErrorId.UNSUPPORTED_CONTENT,
                    "Content-Encoding \"%s\" is not supported here with %s"
                        .formatted(contentEncoding, message),
                    "send snappy (block format)%s"
                        .formatted(
                            codings.stream()
                                .filter(coding -> coding != ContentCoding.SNAPPY)
                                .map(ContentCoding::text)
                                .collect(Collectors.joining(", ", ", ", "")))));
  }
}
