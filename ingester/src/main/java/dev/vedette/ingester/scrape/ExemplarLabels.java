package dev.vedette.ingester.scrape;

import dev.vedette.model.LabelBytes;
import dev.vedette.model.LabelForm;
import dev.vedette.model.Labels;
import java.util.Arrays;

/**
 * Labels of the exemplars of one page. Those of its series lie in the target's table and stay
 * there, so a batch of a scrape has its labels in two places. Confined to the scrape.
 */
final class ExemplarLabels implements LabelForm {
  private static final int LARGEST_KEPT = 1 << 20;

  private byte[] bytes = new byte[1024];
  private int used;

  void clear() {
    used = 0;
    if (bytes.length > LARGEST_KEPT) {
      bytes = new byte[1024];
    }
  }

  /** Where the next labels go. */
  int end() {
    return used;
  }

  void add(Labels labels) {
    byte[] encoded = LabelBytes.encode(labels);
    if (used + encoded.length > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(used + encoded.length, bytes.length * 2));
    }
    System.arraycopy(encoded, 0, bytes, used, encoded.length);
    used += encoded.length;
  }

  @Override
  public Labels series(byte[] ofBatch, int from, int to) {
    return LabelBytes.decode(ofBatch, from, to);
  }

  @Override
  public Labels exemplar(byte[] ofBatch, int from, int to) {
    return LabelBytes.decodeUnnamed(bytes, from, to);
  }
}
