package dev.vedette.crds.load;

import dev.vedette.crds.MetricsClusterSpec.Query;
import dev.vedette.crds.value.SizeText;
import org.jspecify.annotations.Nullable;

/** Of what all queries may have, the parts that one tenant and one query may. */
final class ShareChecks {
  // A dashboard's worth of small queries.
  static final SizeText SMALLEST_MEMORY = SizeText.parse("16MB");
  // What the steps of a graph take before there is a series.
  private static final SizeText SMALLEST_OF_QUERY = SizeText.parse("1MB");

  private final Query all;
  private final String there;
  private final FieldPath path;
  private final Findings findings;

  /**
   * @param there how the way to the fields of all queries begins, from where the parts are
   * @param path of where the parts are
   */
  ShareChecks(Query all, String there, FieldPath path, Findings findings) {
    this.all = all;
    this.there = there;
    this.path = path;
    this.findings = findings;
  }

  void concurrentOfTenant(@Nullable Integer concurrent) {
    if (concurrent != null && concurrent > all.maxConcurrent()) {
      findings.add(
          path.field("maxConcurrentPerTenant"),
          "found %d, more than %smaxConcurrent with %d"
              .formatted(concurrent, there, all.maxConcurrent()),
          "at most that",
          "lower maxConcurrentPerTenant or raise %smaxConcurrent".formatted(there));
    }
  }

  void memoryOfTenant(@Nullable SizeText memory) {
    memory("memoryPerTenant", memory, SMALLEST_MEMORY, 1);
  }

  void memoryOfQuery(@Nullable SizeText memory) {
    memory("memoryPerQuery", memory, SMALLEST_OF_QUERY, 2);
  }

  /**
   * @param parts of all memory, of which it may be one
   */
  private void memory(String name, @Nullable SizeText found, SizeText least, int parts) {
    if (found == null) {
      return;
    }
    SizeText whole = all.memory();
    if (found.compareTo(least) < 0) {
      findings.add(path.field(name), "found " + found, "at least " + least);
    } else if (whole != null && found.bytes() > whole.bytes() / parts) {
      findings.add(
          path.field(name),
          "found %s, more than %s%smemory with %s"
              .formatted(found, parts == 1 ? "" : "half of ", there, whole),
          "at most that",
          "lower %s or raise %smemory".formatted(name, there));
    }
  }
}
