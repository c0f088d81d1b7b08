package dev.vedette.benchmarks.load;

import dev.vedette.model.Label;
import dev.vedette.model.LabelBytes;
import dev.vedette.model.Labels;
import java.io.ByteArrayOutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The remote write requests of one instance: everything but numbers is encoded once, a request
 * copies it and puts the numbers in. So sending costs little beside taking in, on the same machine.
 */
final class RequestTemplate {
  private static final VarHandle DOUBLE =
      MethodHandles.byteArrayViewVarHandle(double[].class, ByteOrder.LITTLE_ENDIAN);
  // Of milliseconds between 2004 and 2109.
  private static final int TIME_BYTES = 6;

  /** Which version, and what a sender of 2.0 adds to its samples. */
  record Form(int version, boolean metadata, boolean starts) {}

  private final Fleet fleet;
  private final int instance;
  private final Form form;
  private final byte[] prefix;
  // Of each series: its message, where in it the value begins; the time is behind that.
  private final byte[][] series;
  private final int[] valueAt;
  private final long startMillis;
  private byte[] out;
  private int length;

  RequestTemplate(Fleet fleet, int instance, String name, Form form, long startMillis) {
    this.fleet = fleet;
    this.instance = instance;
    this.form = form;
    this.startMillis = startMillis;
    this.series = new byte[fleet.series()][];
    this.valueAt = new int[fleet.series()];
    Map<String, Integer> symbols = new LinkedHashMap<>();
    symbols.put("", 0);
    int total = 0;
    for (int s = 0; s < series.length; s++) {
      Labels labels = fleet.labels(s).toBuilder().set("instance", name).build();
      encode(s, form.version == 1 ? labelsOf1(labels) : labelsOf2(labels, symbols), symbols);
      total += series[s].length;
    }
    this.prefix = form.version == 1 ? new byte[0] : table(symbols);
    this.out = new byte[prefix.length + total];
  }

  /**
   * Makes the request of one step; {@link #bytes} and {@link #length} until the next. Returns its
   * samples.
   */
  int fill(long step, long timestampMillis) {
    System.arraycopy(prefix, 0, out, 0, prefix.length);
    int at = prefix.length;
    int samples = 0;
    for (int s = 0; s < series.length; s++) {
      double value = fleet.value(instance, s, step);
      if (Double.isNaN(value)) {
        continue;
      }
      byte[] one = series[s];
      System.arraycopy(one, 0, out, at, one.length);
      DOUBLE.set(out, at + valueAt[s], value);
      putTime(at + valueAt[s] + Double.BYTES + 1, timestampMillis);
      at += one.length;
      samples++;
    }
    length = at;
    return samples;
  }

  byte[] bytes() {
    return out;
  }

  int length() {
    return length;
  }

  private void putTime(int at, long millis) {
    long rest = millis;
    for (int i = 0; i < TIME_BYTES - 1; i++) {
      out[at + i] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    out[at + TIME_BYTES - 1] = (byte) rest;
  }

  private void encode(int s, byte[] labels, Map<String, Integer> symbols) {
    boolean hasStart = form.starts && fleet.isCounter(s);
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.writeBytes(labels);
    int sampleBytes = 1 + Double.BYTES + 1 + TIME_BYTES + (hasStart ? 1 + TIME_BYTES : 0);
    body.write(0x12);
    body.write(sampleBytes);
    body.write(0x09);
    int at = body.size();
    body.writeBytes(new byte[Double.BYTES]);
    body.write(0x10);
    varint(body, 1L << 35 | 1L << 40);
    if (hasStart) {
      body.write(0x18);
      varint(body, startMillis);
    }
    if (form.metadata) {
      metadata(
          body,
          fleet.isCounter(s) ? 1 : 2,
          symbol(symbols, "What this family measures, in words."));
    }
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    message.write(form.version == 1 ? 0x0A : 0x2A);
    varint(message, body.size());
    valueAt[s] = message.size() + at;
    message.writeBytes(body.toByteArray());
    series[s] = message.toByteArray();
  }

  private static void metadata(ByteArrayOutputStream out, int type, int help) {
    ByteArrayOutputStream metadata = new ByteArrayOutputStream();
    metadata.write(0x08);
    metadata.write(type);
    metadata.write(0x18);
    varint(metadata, help);
    out.write(0x2A);
    out.write(metadata.size());
    out.writeBytes(metadata.toByteArray());
  }

  /** Fields {@code labels} of a {@code TimeSeries}. */
  private static byte[] labelsOf1(Labels labels) {
    return LabelBytes.encode(labels);
  }

  /** Field {@code labels_refs}. */
  private static byte[] labelsOf2(Labels labels, Map<String, Integer> symbols) {
    ByteArrayOutputStream refs = new ByteArrayOutputStream();
    for (Label label : labels) {
      varint(refs, symbol(symbols, label.name()));
      varint(refs, symbol(symbols, label.value()));
    }
    ByteArrayOutputStream field = new ByteArrayOutputStream();
    field.write(0x0A);
    varint(field, refs.size());
    field.writeBytes(refs.toByteArray());
    return field.toByteArray();
  }

  private static int symbol(Map<String, Integer> symbols, String text) {
    return symbols.computeIfAbsent(text, _ -> symbols.size());
  }

  private static byte[] table(Map<String, Integer> symbols) {
    ByteArrayOutputStream table = new ByteArrayOutputStream();
    for (String symbol : symbols.keySet()) {
      byte[] bytes = symbol.getBytes(StandardCharsets.UTF_8);
      table.write(0x22);
      varint(table, bytes.length);
      table.writeBytes(bytes);
    }
    return table.toByteArray();
  }

  private static void varint(ByteArrayOutputStream out, long value) {
    long rest = value;
    for (; rest > 0x7F; rest >>>= 7) {
      out.write((int) rest | 0x80);
    }
    out.write((int) rest);
  }
}
