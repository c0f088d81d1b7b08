package dev.vedette.ingester.receive;

import dev.vedette.model.TenantId;
import dev.vedette.model.WriteBatch;
import dev.vedette.wire.body.BodyBuffer;
import dev.vedette.wire.remotewrite.RemoteWrite1Decoder;
import dev.vedette.wire.remotewrite.RemoteWrite2Decoder;
import dev.vedette.wire.remotewrite.RemoteWriteDecoder;
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
  static final class Workspace {
    private final BodyBuffer body;
    private final RemoteWrite1Decoder decoder1;
    private final RemoteWrite2Decoder decoder2;
    private final WriteBatch batch = new WriteBatch();
    private TenantId tenant = TenantId.DEFAULT;

    private Workspace(RemoteWriteConfig config) {
      body = new BodyBuffer(config.maxBodyBytes());
      decoder1 = new RemoteWrite1Decoder(config.maxSamples());
      decoder2 = new RemoteWrite2Decoder(config.maxSamples());
    }

    BodyBuffer body() {
      return body;
    }

    WriteBatch batch() {
      return batch;
    }

    /**
     * The decoder of a format for a request of a tenant.
     *
     * @param typeLabels whether series get labels of type and unit
     */
    RemoteWriteDecoder decoder(RemoteWriteFormat format, TenantId of, boolean typeLabels) {
      decoder2.typeLabels(typeLabels);
      if (!of.equals(tenant)) {
        // What one tenant's storage knows of metadata says nothing of another's.
        decoder2.forgetMetadata();
        tenant = of;
      }
      return switch (format) {
        case V1 -> decoder1;
        case V2 -> decoder2;
      };
    }

    /** The batch did not reach storage. */
    void lost() {
      decoder2.forgetMetadata();
    }
  }

  Workspaces(RemoteWriteConfig config) {
    this.config = config;
    this.free = new ArrayBlockingQueue<>(config.pooledWorkspaces());
  }

  Workspace take() {
    Workspace pooled = free.poll();
    return pooled != null ? pooled : new Workspace(config);
  }

  void give(Workspace workspace) {
    WriteBatch batch = workspace.batch();
    boolean ordinary =
        workspace.body().capacity() <= MAX_KEPT_BYTES
            && batch.timestamps().length <= MAX_KEPT_SAMPLES
            && batch.histogramCount() <= MAX_KEPT_SAMPLES
            && batch.exemplarCount() <= MAX_KEPT_SAMPLES;
    if (ordinary) {
      batch.reset(workspace.body().bytes());
      // A full pool is fine: the workspace is garbage then.
      boolean _ = free.offer(workspace);
    }
  }
}
