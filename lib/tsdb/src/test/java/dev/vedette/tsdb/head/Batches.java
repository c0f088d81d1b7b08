package dev.vedette.tsdb.head;

import dev.vedette.model.LabelBytes;
import dev.vedette.model.Labels;
import dev.vedette.model.WriteBatch;
import java.io.ByteArrayOutputStream;
import java.util.List;

/** Batches as receivers make them. */
final class Batches {
  private Batches() {}

  static Labels series(String name, String... labels) {
    return Labels.of(labels).toBuilder().set(Labels.METRIC_NAME, name).build();
  }

  /** One sample of each series. */
  static WriteBatch of(List<Labels> series, long timestamp, double value) {
    WriteBatch batch = new WriteBatch();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    series.forEach(labels -> bytes.writeBytes(LabelBytes.encode(labels)));
    batch.reset(bytes.toByteArray());
    int at = 0;
    for (Labels labels : series) {
      int end = at + LabelBytes.encode(labels).length;
      batch.addSeries(at, end);
      batch.addSample(timestamp, Double.doubleToRawLongBits(value));
      at = end;
    }
    return batch;
  }

  static WriteBatch of(Labels series, long timestamp, double value) {
    return of(List.of(series), timestamp, value);
  }
}
