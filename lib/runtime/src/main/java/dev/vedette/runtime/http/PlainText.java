package dev.vedette.runtime.http;

import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MutableHttpResponse;
import java.nio.charset.StandardCharsets;

/** Answers for people and scripts, as UTF-8 text. */
public final class PlainText {
  static final String CONTENT_TYPE = "text/plain; charset=utf-8";

  private PlainText() {}

  public static MutableHttpResponse<byte[]> reply(HttpStatus status, String text) {
    return reply(HttpResponse.status(status), text);
  }

  static MutableHttpResponse<byte[]> reply(MutableHttpResponse<?> head, String text) {
    return head.header(HttpHeaders.CONTENT_TYPE, CONTENT_TYPE)
        .body(text.getBytes(StandardCharsets.UTF_8));
  }
}
