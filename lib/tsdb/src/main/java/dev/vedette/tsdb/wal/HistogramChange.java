package dev.vedette.tsdb.wal;

import dev.vedette.model.CounterReset;
import dev.vedette.model.Histogram;
import dev.vedette.model.InvalidRequest;
import dev.vedette.tsdb.wal.BodyReader.Malformed;

/**
 * A histogram as what changed since another one of the same layout: of seventy buckets a scrape
 * changes a few, by little.
 *
 * <pre>
 * reset hint u8 | sum XOR that of the other, bytes reversed, varint | columns
 * column: of integers the zigzag difference, of floats the XOR, bytes reversed, as a varint;
 *         a 0 stands for as many columns that did not change as the varint behind it says
 * </pre>
 */
final class HistogramChange {
  private HistogramChange() {}

  /**
   * Writes what changed since a histogram of {@link Histogram#hasColumnsOf the same columns}, of
   * fewer bytes than {@code HistogramBytes.maxSize} says, and returns the end of it. Columns that
   * did not change take less than as many others, ten bytes each.
   */
  static int encode(Histogram histogram, Histogram before, byte[] bytes, int from) {
    int at = from;
    bytes[at++] = (byte) histogram.reset().ordinal();
    at = Varint.put(bytes, at, Long.reverseBytes(histogram.sumBits() ^ before.sumBits()));
    int columns = histogram.layout().columns();
    int unchanged = 0;
    for (int i = 0; i < columns; i++) {
      long value = histogram.column(i);
      long old = before.column(i);
      if (value == old) {
        unchanged++;
        continue;
      }
      at = unchanged(bytes, at, unchanged);
      unchanged = 0;
      long difference = value - old;
      at =
          Varint.put(
              bytes,
              at,
              histogram.isFloat()
                  ? Long.reverseBytes(value ^ old)
                  : difference << 1 ^ difference >> 63);
    }
    return unchanged(bytes, at, unchanged);
  }

  private static int unchanged(byte[] bytes, int from, int columns) {
    return columns == 0 ? from : Varint.put(bytes, Varint.put(bytes, from, 0), columns);
  }

  /** Reads a change up to {@code end}, and makes the histogram of it. */
  static Histogram decode(BodyReader body, int end, Histogram before) throws Malformed {
    int reset = body.i8();
    if (reset < 0 || reset >= CounterReset.values().length) {
      throw new Malformed("reset hint " + reset);
    }
    long sumBits = before.sumBits() ^ Long.reverseBytes(body.varint());
    long[] columns = new long[before.layout().columns()];
    int column = 0;
    while (column < columns.length) {
      long change = body.varint();
      long run = change == 0 ? body.varint() : 0;
      if (run < 0 || run > columns.length - column || change == 0 && run == 0) {
        throw new Malformed("%d unchanged columns of %d".formatted(run, columns.length - column));
      }
      for (int i = 0; i < run; i++) {
        columns[column] = before.column(column);
        column++;
      }
      if (change != 0) {
        columns[column] =
            before.isFloat()
                ? before.column(column) ^ Long.reverseBytes(change)
                : before.column(column) + (change >>> 1 ^ -(change & 1));
        column++;
      }
    }
    if (body.at() != end) {
      throw new Malformed("a change that ends at %d instead of %d".formatted(body.at(), end));
    }
    try {
      return Histogram.ofColumns(
              before.layout(), before.isFloat(), CounterReset.of(reset), sumBits, columns)
          .checked();
    } catch (InvalidRequest e) {
      throw new Malformed(String.valueOf(e.getMessage()));
    }
  }
}
