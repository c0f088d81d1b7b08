package dev.vedette.ingester.receive;

import dev.vedette.ingester.receive.Workspaces.Workspace;
import dev.vedette.model.Corruption;
import dev.vedette.model.ErrorId;
import dev.vedette.model.InvalidRequest;
import dev.vedette.model.LimitExceeded;
import dev.vedette.model.SampleSink;
import dev.vedette.model.TenantId;
import dev.vedette.model.Ticker;
import dev.vedette.model.Unavailable;
import dev.vedette.model.VedetteException;
import dev.vedette.model.WriteBatch;
import dev.vedette.model.WriteOutcome;
import dev.vedette.model.WriteOutcome.Refusal;
import dev.vedette.wire.body.ContentCoding;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remote write: headers and a body in, an answer out, the samples in the sink. Knows no HTTP
 * server.
 *
 * <p>204 means everything is stored; 400 that the rest of the request is and what is not never will
 * be; 413, 415 that the request has to change; 429 and 503, with {@code Retry-After}, that it may
 * be repeated as it is. Blocks while the sink does: call it from a virtual thread. Any thread.
 */
public final class RemoteWriteReceiver {
  private static final Logger LOG = LoggerFactory.getLogger(RemoteWriteReceiver.class);
  private static final String PROTOCOL = "remote-write-1";
  // Even an empty request occupies about this much while it is worked on.
  private static final long REQUEST_BYTES = 16 << 10;

  private final RemoteWriteConfig config;
  private final SampleSink sink;
  private final Ticker ticker;
  private final Workspaces workspaces;
  private final InFlightBytes inFlight;
  private final ReceiverMetrics metrics;

  public RemoteWriteReceiver(
      RemoteWriteConfig config, SampleSink sink, Ticker ticker, PrometheusRegistry registry) {
    this.config = config;
    this.sink = sink;
    this.ticker = ticker;
    this.workspaces = new Workspaces(config);
    this.inFlight = new InFlightBytes(config.maxInFlightBytes());
    this.metrics = new ReceiverMetrics(registry, inFlight::used);
  }

  /**
   * One request: its body is {@code body[from..to)}.
   *
   * @param contentType the header, empty where there is none
   * @param contentEncoding the header, empty where there is none
   */
  public Reply receive(
      TenantId tenant, String contentType, String contentEncoding, byte[] body, int from, int to) {
    long start = ticker.nanos();
    Reply reply;
    try {
      RemoteWriteFormat.check(contentType);
      ContentCoding coding = RemoteWriteFormat.coding(contentEncoding);
      reply = reply(admit(tenant, coding, body, from, to));
    } catch (VedetteException e) {
      reply = refusal(e);
    }
    metrics.answered(PROTOCOL, reply.status(), (ticker.nanos() - start) / 1e9);
    return reply;
  }

  private WriteOutcome admit(TenantId tenant, ContentCoding coding, byte[] body, int from, int to) {
    Workspace workspace = workspaces.take();
    long most = REQUEST_BYTES + (to - from) + workspace.body().mostBytes(coding, body, from, to);
    if (!inFlight.tryTake(most)) {
      workspaces.give(workspace);
      throw new Unavailable(
          ErrorId.STORAGE_UNAVAILABLE,
          "%d bytes of requests are being worked on, the bound is %d"
              .formatted(inFlight.used(), config.maxInFlightBytes()),
          "send again later; if this lasts, storage is slower than what is sent");
    }
    long held = most;
    try {
      workspace.body().decompress(coding, body, from, to);
      held = REQUEST_BYTES + (to - from) + workspace.body().length();
      inFlight.give(most - held);
      return write(tenant, workspace);
    } finally {
      inFlight.give(held);
      workspaces.give(workspace);
    }
  }

  private WriteOutcome write(TenantId tenant, Workspace workspace) {
    WriteBatch batch = workspace.batch();
    workspace.decoder().decode(workspace.body().bytes(), workspace.body().length(), batch);
    metrics.received(PROTOCOL, batch.sampleCount());
    metrics.skipped(PROTOCOL, "exemplars", workspace.decoder().exemplars());
    metrics.skipped(PROTOCOL, "histograms", workspace.decoder().histograms());
    try {
      WriteOutcome outcome = sink.write(tenant, batch);
      metrics.refused(PROTOCOL, outcome);
      return outcome;
    } catch (VedetteException e) {
      metrics.rejected(PROTOCOL, e.id().id(), batch.sampleCount());
      throw e;
    }
  }

  private Reply reply(WriteOutcome outcome) {
    List<Refusal> refusals = outcome.refusals();
    if (refusals.isEmpty()) {
      return Reply.STORED;
    }
    String text =
        refusals.stream()
            .map(
                r -> "%d samples refused (%s): %s".formatted(r.samples(), r.id().id(), r.message()))
            .collect(Collectors.joining("\n", "", "\n"));
    boolean retryable = refusals.stream().anyMatch(Refusal::retryable);
    // Repeating stores what was refused for now; what is stored already counts as duplicate.
    return retryable
        ? new Reply(429, retryAfter(config.retryAfter()), text)
        : new Reply(400, Map.of(), text);
  }

  private Reply refusal(VedetteException e) {
    String text = e.explain() + "\n";
    return switch (e) {
      case InvalidRequest i when i.id() == ErrorId.UNSUPPORTED_CONTENT ->
          new Reply(415, Map.of(), text);
      case InvalidRequest i when i.id() == ErrorId.BODY_TOO_LARGE -> new Reply(413, Map.of(), text);
      case InvalidRequest _ -> new Reply(400, Map.of(), text);
      case LimitExceeded l when l.retryable() -> new Reply(429, retryAfter(l.retryAfter()), text);
      case LimitExceeded _ -> new Reply(400, Map.of(), text);
      case Unavailable _ -> new Reply(503, retryAfter(config.retryAfter()), text);
      case Corruption c -> {
        LOG.error("storage is damaged: file={} offset={}", c.file(), c.offset(), c);
        yield new Reply(500, Map.of(), text);
      }
    };
  }

  private Map<String, String> retryAfter(Duration wait) {
    Duration known = wait.isZero() ? config.retryAfter() : wait;
    long seconds = Math.max(1, known.plusMillis(999).toSeconds());
    return Map.of("Retry-After", Long.toString(seconds));
  }
}
