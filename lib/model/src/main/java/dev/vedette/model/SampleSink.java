package dev.vedette.model;

/** Where samples go: the engine in this process, or a storage node. */
public interface SampleSink {
  /**
   * Stores a batch and returns once everything not refused is durable. Blocks; call it from a
   * virtual thread. Repeating a batch is harmless: what is there already counts as duplicate. The
   * batch may be reused as soon as this returns.
   *
   * @throws Unavailable where nothing can be written now; nothing of the batch is then promised
   */
  WriteOutcome write(TenantId tenant, WriteBatch batch);
}
