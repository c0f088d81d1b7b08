package dev.vedette.ingester.receive;

import dev.vedette.model.WriteBatch;
import dev.vedette.wire.body.BodyBuffer;
import dev.vedette.wire.remotewrite.RemoteWrite1Decoder;
import java.util.concurrent.ArrayBlockingQueue;

/**
 * What one request needs, kept for the next one: at most so many, and none that a huge request has
 * blown up. Any thread.
 */
final class Workspaces {
  // Ordinary requests (10,000 samples, 200 B of labels each) fit; what is larger is left to the
  // garbage collector, so that the pool holds at most this much each.
  private static final int MAX_KEPT_BYTES = 4 << 20;
  private static final int MAX_KEPT_SAMPLES = 100_000;

  private final RemoteWriteConfig config;
  private final ArrayBlockingQueue<Workspace> free;

  /** One request's memory; confined to the thread that took it. */
  record Workspace(BodyBuffer body, RemoteWrite1Decoder decoder, WriteBatch batch) {}

  Workspaces(RemoteWriteConfig config) {
    this.config = config;
    this.free = new ArrayBlockingQueue<>(config.pooledWorkspaces());
  }

  Workspace take() {
    Workspace pooled = free.poll();
    return pooled != null
        ? pooled
        : new Workspace(
            new BodyBuffer(config.maxBodyBytes()),
            new RemoteWrite1Decoder(config.maxSamples()),
            new WriteBatch());
  }

  void give(Workspace workspace) {
    WriteBatch batch = workspace.batch();
    boolean ordinary =
        workspace.body().capacity() <= MAX_KEPT_BYTES
            && batch.timestamps().length <= MAX_KEPT_SAMPLES;
    if (ordinary) {
      batch.reset(workspace.body().bytes());
      // A full pool is fine: the workspace is garbage then.
      boolean _ = free.offer(workspace);
    }
  }
}
