package dev.vedette.tsdb.head;

/**
 * One {@code name="value"} of a tenant and the series that carry it. Series keep their labels as
 * ids of pairs, so every name and value is in memory once.
 */
final class LabelPair {
  final int id;
  final LabelName name;
  final String value;
  final Postings postings = new Postings();

  LabelPair(int id, LabelName name, String value) {
    this.id = id;
    this.name = name;
    this.value = value;
  }
}
