package dev.vedette.runtime.http;

import dev.vedette.model.ErrorId;
import dev.vedette.model.InvalidRequest;
import java.nio.charset.StandardCharsets;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A body of {@code multipart/form-data} (RFC 7578) that is there as a whole: names and values of
 * its fields, as UTF-8. Files in it are no parameters and are left out, and so is what has no name.
 * Linear in the body.
 */
final class MultipartForm {
  private static final String TYPE = "multipart/form-data";
  private static final String LINE_END = "\r\n";
  // Bytes of UTF-8 are any character here, U+0085 among them: \n alone ends a line (flag d), and
  // all
  // else is a character like another (flag s).
  // A value in quotes, with \" for a quote in it, or a word.
  private static final String VALUE = "\\s*=\\s*(?:\"((?:[^\"\\\\]|\\\\.)*+)\"|([^\\s;\"]++))";
  private static final Pattern BOUNDARY = Pattern.compile("(?is);\\s*boundary" + VALUE);
  private static final Pattern NAME = Pattern.compile("(?is);\\s*name" + VALUE);
  private static final Pattern FILE_NAME = Pattern.compile("(?i);\\s*filename\\*?\\s*=");
  private static final Pattern DISPOSITION =
      Pattern.compile("(?imd)^content-disposition\\s*:\\s*form-data(.*+)$");
  // RFC 2046, section 5.1.1.
  private static final int LONGEST_BOUNDARY = 70;

  // One character for each byte.
  private final String body;
  private final String delimiter;
  private int at;

  private MultipartForm(String boundary, byte[] body) {
    // What comes before the first delimiter ends with a line; so does nothing, seen this way.
    this.body = LINE_END + new String(body, StandardCharsets.ISO_8859_1);
    this.delimiter = LINE_END + "--" + boundary;
  }

  /** Whether a Content-Type is that of such a body. */
  static boolean isType(String contentType) {
    return contentType.strip().regionMatches(true, 0, TYPE, 0, TYPE.length());
  }

  /**
   * Hands out the fields in order.
   *
   * @throws InvalidRequest where the body is not such a form
   */
  static void read(String contentType, byte[] body, BiConsumer<String, String> field) {
    Matcher boundary = BOUNDARY.matcher(contentType);
    if (!boundary.find() || value(boundary).isEmpty()) {
      throw unreadable("has a Content-Type without a boundary");
    }
    if (value(boundary).length() > LONGEST_BOUNDARY) {
      throw unreadable("has a boundary of more than %d characters".formatted(LONGEST_BOUNDARY));
    }
    new MultipartForm(value(boundary), body).read(field);
  }

  private void read(BiConsumer<String, String> field) {
    at = endOf(delimiter, "has no line that begins with the boundary");
    while (!body.startsWith("--", at)) {
      int headers = at;
      at = endOf(LINE_END + LINE_END, "has no empty line behind the headers of a part");
      int value = at;
      String header = body.substring(headers, value);
      at = endOf(delimiter, "ends within a part");
      name(header, field, body.substring(value, at - delimiter.length()));
    }
  }

  /** Where the next such text ends. */
  private int endOf(String text, String otherwise) {
    int found = body.indexOf(text, at);
    if (found < 0) {
      throw unreadable(otherwise);
    }
    return found + text.length();
  }

  private static void name(String headers, BiConsumer<String, String> field, String value) {
    Matcher disposition = DISPOSITION.matcher(headers);
    if (!disposition.find() || FILE_NAME.matcher(disposition.group(1)).find()) {
      return;
    }
    Matcher name = NAME.matcher(disposition.group(1));
    if (name.find()) {
      field.accept(utf8(value(name)), utf8(value));
    }
  }

  private static String value(Matcher found) {
    String quoted = found.group(1);
    return quoted == null ? found.group(2) : quoted.replaceAll("(?s)\\\\(.)", "$1");
  }

  private static String utf8(String bytes) {
    return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }

  private static InvalidRequest unreadable(String why) {
    return new InvalidRequest(
        ErrorId.INVALID_REQUEST,
        "the body is no form in parts as its Content-Type says: it " + why,
        "send application/x-www-form-urlencoded, or parts between lines of the boundary");
  }
}
