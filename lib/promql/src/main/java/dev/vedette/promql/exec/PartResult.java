package dev.vedette.promql.exec;

import dev.vedette.model.ErrorId;
import dev.vedette.model.VedetteException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a thread has made of one part of a selector. Handed from thread to thread. */
final class PartResult {
  final int part;
  final List<VectorBatch> batches = new ArrayList<>(1);
  @Nullable WorkerLog log;
  @Nullable Throwable failure;
  int handedOut;

  PartResult(int part) {
    this.part = part;
  }

  /** Whether it was refused something that the query may have if nobody helps it. */
  boolean isRefused() {
    return failure instanceof VedetteException e && e.id() == ErrorId.QUERY_LIMIT;
  }
}
