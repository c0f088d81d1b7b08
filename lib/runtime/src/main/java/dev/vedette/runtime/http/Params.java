package dev.vedette.runtime.http;

import dev.vedette.model.ErrorId;
import dev.vedette.model.InvalidRequest;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Parameters of a query string or a form, names to values in order. */
public final class Params {
  private final Map<String, List<String>> values = new LinkedHashMap<>();

  private Params() {}

  public static Params ofQuery(HttpRequest<?> request) {
    return new Params().add(rawQuery(request));
  }

  /**
   * Of a form body and of the query string, the form's values first. The body is {@code
   * multipart/form-data} where its Content-Type says so.
   *
   * @throws InvalidRequest where the body is not what it is said to be
   */
  public static Params ofForm(HttpRequest<?> request, byte[] form) {
    Params params = new Params();
    String type = request.getHeaders().get(HttpHeaders.CONTENT_TYPE);
    if (type != null && MultipartForm.isType(type)) {
      MultipartForm.read(type, form, params::put);
    } else {
      params.add(new String(form, StandardCharsets.UTF_8));
    }
    return params.add(rawQuery(request));
  }

  /** Of names and values that are there already. */
  public static Params of(Map<String, String> parameters) {
    Params params = new Params();
    parameters.forEach((name, value) -> params.values.put(name, List.of(value)));
    return params;
  }

  private static String rawQuery(HttpRequest<?> request) {
    String query = request.getUri().getRawQuery();
    return query == null ? "" : query;
  }

  private Params add(String encoded) {
    for (String pair : encoded.split("&", -1)) {
      if (pair.isEmpty()) {
        continue;
      }
      int equals = pair.indexOf('=');
      String name = decode(equals < 0 ? pair : pair.substring(0, equals));
      String value = equals < 0 ? "" : decode(pair.substring(equals + 1));
      put(name, value);
    }
    return this;
  }

  private void put(String name, String value) {
    values.computeIfAbsent(name, _ -> new ArrayList<>()).add(value);
  }

  /** The first value, or the empty string where the parameter is absent. */
  public String get(String name) {
    List<String> all = values.get(name);
    return all == null ? "" : all.getFirst();
  }

  public List<String> all(String name) {
    return List.copyOf(values.getOrDefault(name, List.of()));
  }

  /** Decodes {@code +} and {@code %XX}; bytes that are not UTF-8 become U+FFFD. */
  static String decode(String text) {
    if (text.indexOf('%') < 0 && text.indexOf('+') < 0) {
      return text;
    }
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length);
    for (int i = 0; i < bytes.length; i++) {
      switch (bytes[i]) {
        case '+' -> out.write(' ');
        case '%' -> {
          out.write(hex(text, bytes, i + 1) << 4 | hex(text, bytes, i + 2));
          i += 2;
        }
        default -> out.write(bytes[i]);
      }
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  private static int hex(String text, byte[] bytes, int at) {
    int digit = at < bytes.length ? Character.digit(bytes[at], 16) : -1;
    if (digit < 0) {
      throw new InvalidRequest(
          ErrorId.INVALID_REQUEST,
          "parameter \"%s\" has a %% without two hex digits".formatted(text),
          "write a percent sign as %25");
    }
    return digit;
  }
}
