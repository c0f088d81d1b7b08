package dev.vedette.model;

/**
 * How label sets lie in the bytes of a {@link WriteBatch}. Asked only for series that storage does
 * not know by their hashes. All throw {@link InvalidRequest} ({@code invalid-labels}) where the
 * bytes are not such a set or not UTF-8, or a name is empty or comes twice.
 */
public interface LabelForm {
  /** The labels of a series, which has to have a metric name. */
  Labels series(byte[] bytes, int from, int to);

  /** The same for one of many series, whose texts are mostly those of series before. */
  default Labels series(byte[] bytes, int from, int to, LabelTexts texts) {
    return series(bytes, from, to);
  }

  /** The labels of an exemplar, which needs none. */
  Labels exemplar(byte[] bytes, int from, int to);
}
