package dev.vedette.querier.json;

import dev.vedette.model.Label;
import dev.vedette.model.Labels;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes JSON to a stream through one small buffer. Commas are set by itself; that objects and
 * arrays close and that members have names is up to the caller. One thread.
 *
 * <p>Our own because a sample is the unit here: millions of {@code [time,"value"]} pairs a reply,
 * none of which is to become an object.
 */
public final class JsonWriter {
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
  private static final int BUFFER_BYTES = 8 << 10;
  // Time and value with what is around them.
  private static final int SAMPLE_BYTES = 2 * SampleText.MAX_LENGTH + 5;

  private final OutputStream out;
  private final SampleText text = new SampleText();
  private final SharedTimes shared = new SharedTimes();
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int used;
  private boolean comma;

  public JsonWriter(OutputStream out) {
    this.out = out;
  }

  public JsonWriter beginObject() throws IOException {
    return open('{');
  }

  public JsonWriter endObject() throws IOException {
    return end('}');
  }

  public JsonWriter beginArray() throws IOException {
    return open('[');
  }

  public JsonWriter endArray() throws IOException {
    return end(']');
  }

  private JsonWriter open(char bracket) throws IOException {
    separate();
    buffer[used++] = (byte) bracket;
    comma = false;
    return this;
  }

  private JsonWriter end(char bracket) throws IOException {
    room(1);
    buffer[used++] = (byte) bracket;
    comma = true;
    return this;
  }

  /** The name of the member that comes next. */
  public JsonWriter name(String name) throws IOException {
    separate();
    quote(name);
    room(1);
    buffer[used++] = ':';
    comma = false;
    return this;
  }

  public JsonWriter string(String value) throws IOException {
    separate();
    quote(value);
    comma = true;
    return this;
  }

  public JsonWriter number(long value) throws IOException {
    separate();
    room(SampleText.MAX_LENGTH);
    used = text.number(value, buffer, used);
    comma = true;
    return this;
  }

  /** A finite number. */
  public JsonWriter number(double value) throws IOException {
    separate();
    room(SampleText.MAX_LENGTH);
    used = text.value(value, buffer, used);
    comma = true;
    return this;
  }

  public JsonWriter bool(boolean value) throws IOException {
    return literal(value ? "true" : "false");
  }

  public JsonWriter nul() throws IOException {
    return literal("null");
  }

  private JsonWriter literal(String literal) throws IOException {
    separate();
    room(literal.length());
    for (int i = 0; i < literal.length(); i++) {
      buffer[used++] = (byte) literal.charAt(i);
    }
    comma = true;
    return this;
  }

  /** {@code [seconds,"value"]}. Allocates nothing for whole numbers and short decimals. */
  public JsonWriter sample(long timestampMillis, double value) throws IOException {
    separate();
    room(SAMPLE_BYTES);
    end(value, SharedTimes.start(timestampMillis, text, buffer, used));
    return this;
  }

  /**
   * An array of samples. Series that share their times, the same array, are best written one after
   * the other: the text of the times is then made once.
   */
  public JsonWriter samples(long[] timestamps, double[] values) throws IOException {
    beginArray();
    boolean isShared = shared.have(timestamps, text);
    for (int i = 0; i < timestamps.length; i++) {
      separate();
      room(SAMPLE_BYTES);
      int next =
          isShared
              ? shared.copy(i, buffer, used)
              : SharedTimes.start(timestamps[i], text, buffer, used);
      end(values[i], next);
    }
    return endArray();
  }

  /** The value of a sample, behind its time. */
  private void end(double value, int at) {
    int next = text.value(value, buffer, at);
    buffer[next++] = '"';
    buffer[next++] = ']';
    used = next;
    comma = true;
  }

  /** The same without exponent, which may take 330 characters. */
  public JsonWriter scalar(long timestampMillis, double value) throws IOException {
    return beginArray().time(timestampMillis).string(SampleText.plain(value)).endArray();
  }

  /** A sample's value: a string, as the API has all of them. */
  public JsonWriter value(double value) throws IOException {
    separate();
    room(SampleText.MAX_LENGTH + 2);
    buffer[used++] = '"';
    used = text.value(value, buffer, used);
    buffer[used++] = '"';
    comma = true;
    return this;
  }

  /** Unix milliseconds as seconds. */
  public JsonWriter time(long timestampMillis) throws IOException {
    separate();
    room(SampleText.MAX_LENGTH);
    used = text.time(timestampMillis, buffer, used);
    comma = true;
    return this;
  }

  /** An object of the labels. */
  public JsonWriter labels(Labels labels) throws IOException {
    beginObject();
    for (Label label : labels) {
      name(label.name()).string(label.value());
    }
    return endObject();
  }

  public JsonWriter strings(List<String> values) throws IOException {
    beginArray();
    for (String value : values) {
      string(value);
    }
    return endArray();
  }

  /** Maps by name, lists, strings, numbers, booleans and null, nested. */
  public JsonWriter tree(@Nullable Object value) throws IOException {
    return switch (value) {
      case null -> nul();
      case String s -> string(s);
      case Boolean b -> bool(b);
      case Double d -> number(d.doubleValue());
      case Number n -> number(n.longValue());
      case Map<?, ?> map -> {
        beginObject();
        for (Map.Entry<?, ?> member : map.entrySet()) {
          name(String.valueOf(member.getKey())).tree(member.getValue());
        }
        yield endObject();
      }
      case List<?> list -> {
        beginArray();
        for (Object element : list) {
          tree(element);
        }
        yield endArray();
      }
      default ->
          throw new IllegalArgumentException("BUG: no JSON for " + value.getClass().getName());
    };
  }

  /** Passes on what is buffered. Call it once at the end; nothing else does. */
  public void flush() throws IOException {
    out.write(buffer, 0, used);
    used = 0;
  }

  private void separate() throws IOException {
    room(2);
    if (comma) {
      buffer[used++] = ',';
    }
  }

  private void room(int bytes) throws IOException {
    if (used + bytes > BUFFER_BYTES) {
      flush();
    }
  }

  private void quote(String value) throws IOException {
    room(1);
    buffer[used++] = '"';
    int length = value.length();
    for (int i = 0; i < length; i++) {
      room(6);
      char c = value.charAt(i);
      if (c >= 0x20 && c < 0x80 && c != '"' && c != '\\') {
        buffer[used++] = (byte) c;
      } else if (c < 0x80) {
        escape(c);
      } else if (Character.isHighSurrogate(c)
          && i + 1 < length
          && Character.isLowSurrogate(value.charAt(i + 1))) {
        utf8(Character.toCodePoint(c, value.charAt(++i)));
      } else {
        utf8(Character.isSurrogate(c) ? 0xFFFD : c);
      }
    }
    room(1);
    buffer[used++] = '"';
  }

  private void escape(char c) {
    buffer[used++] = '\\';
    switch (c) {
      case '"', '\\' -> buffer[used++] = (byte) c;
      case '\n' -> buffer[used++] = 'n';
      case '\r' -> buffer[used++] = 'r';
      case '\t' -> buffer[used++] = 't';
      default -> {
        buffer[used++] = 'u';
        buffer[used++] = '0';
        buffer[used++] = '0';
        buffer[used++] = HEX[c >> 4];
        buffer[used++] = HEX[c & 15];
      }
    }
  }

  private void utf8(int codePoint) {
    if (codePoint < 0x800) {
      buffer[used++] = (byte) (0xC0 | (codePoint >> 6));
    } else {
      if (codePoint < 0x10000) {
        buffer[used++] = (byte) (0xE0 | (codePoint >> 12));
      } else {
        buffer[used++] = (byte) (0xF0 | (codePoint >> 18));
        buffer[used++] = (byte) (0x80 | ((codePoint >> 12) & 0x3F));
      }
      buffer[used++] = (byte) (0x80 | ((codePoint >> 6) & 0x3F));
    }
    buffer[used++] = (byte) (0x80 | (codePoint & 0x3F));
  }
}
