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
import dev.vedette.wire.remotewrite.RemoteWriteDecoder;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remote write 1.0 and 2.0: headers and a body in, an answer out, the samples in the sink. Knows no
 * HTTP server.
 *
 * <p>204 means everything is stored; 400 that the rest of the request is and what is not never will
 * be; 413, 415 that the request has to change; 429 and 503, with {@code Retry-After}, that it may
 * be repeated as it is. Blocks while the sink does: call it from a virtual thread. Any thread.
 */
public final class RemoteWriteReceiver {
  private static final Logger LOG = LoggerFactory.getLogger(RemoteWriteReceiver.class);
  private static final String SAMPLES_WRITTEN = "X-Prometheus-Remote-Write-Samples-Written";
  private static final String HISTOGRAMS_WRITTEN = "X-Prometheus-Remote-Write-Histograms-Written";
  private static final String EXEMPLARS_WRITTEN = "X-Prometheus-Remote-Write-Exemplars-Written";
  private static final WriteOutcome NOTHING = new WriteOutcome(0, 0, List.of());
  // Even an empty request occupies about this much while it is worked on.
  private static final long REQUEST_BYTES = 16 << 10;

  private final RemoteWriteConfig config;
  private final SampleSink sink;
  private final Ticker ticker;
  private final Workspaces workspaces;
  private final InFlightBytes inFlight;
  private final ReceiverMetrics metrics;
  private volatile boolean typeLabels;

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
   * Whether series of 2.0 get the labels {@code __type__} and {@code __unit__} of the metadata sent
   * with them, from now on. 1.0 sends none with its series.
   */
  public void typeLabels(boolean on) {
    typeLabels = on;
  }

  /**
   * One request: its body is {@code body[from..to)}.
   *
   * @param tenant whose data it carries; what it throws becomes the answer
   * @param contentType the header, empty where there is none
   * @param contentEncoding the header, empty where there is none
   */
  public Reply receive(
      Supplier<TenantId> tenant,
      String contentType,
      String contentEncoding,
      byte[] body,
      int from,
      int to) {
    long start = ticker.nanos();
    // What says neither 1.0 nor 2.0 is counted with the elder, which needs no name.
    RemoteWriteFormat format = RemoteWriteFormat.V1;
    Reply reply;
    try {
      format = RemoteWriteFormat.of(contentType);
      ContentCoding coding = format.coding(contentEncoding);
      reply = reply(format, admit(new Request(tenant.get(), format, coding, body, from, to)));
    } catch (VedetteException e) {
      reply = refusal(e).with(written(format, NOTHING));
    }
    metrics.answered(format.protocol(), reply.status(), (ticker.nanos() - start) / 1e9);
    return reply;
  }

  /** A request that can be read: its body is {@code body[from..to)}. */
  @SuppressWarnings("ArrayRecordComponent") // a view of a buffer; nobody compares requests
  private record Request(
      TenantId tenant,
      RemoteWriteFormat format,
      ContentCoding coding,
      byte[] body,
      int from,
      int to) {
    int size() {
      return to - from;
    }
  }

  private WriteOutcome admit(Request request) {
    Workspace workspace = workspaces.take();
    int expanded =
        workspace.body().mostBytes(request.coding, request.body, request.from, request.to);
    long most = REQUEST_BYTES + request.size() + expanded;
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
      workspace.body().decompress(request.coding, request.body, request.from, request.to);
      held = REQUEST_BYTES + request.size() + workspace.body().length();
      inFlight.give(most - held);
      return write(request, workspace);
    } finally {
      inFlight.give(held);
      workspaces.give(workspace);
    }
  }

  private WriteOutcome write(Request request, Workspace workspace) {
    WriteBatch batch = workspace.batch();
    RemoteWriteDecoder decoder = workspace.decoder(request.format, request.tenant, typeLabels);
    String protocol = request.format.protocol();
    boolean taken = false;
    try {
      decoder.decode(workspace.body().bytes(), workspace.body().length(), batch);
      metrics.received(protocol, batch);
      WriteOutcome outcome = with(decoder.refusals(), sink(request, batch));
      metrics.refused(protocol, outcome);
      taken = true;
      return outcome;
    } finally {
      if (!taken) {
        workspace.lost();
      }
    }
  }

  private WriteOutcome sink(Request request, WriteBatch batch) {
    try {
      return sink.write(request.tenant, batch);
    } catch (VedetteException e) {
      int samples = batch.sampleCount() + batch.histogramCount();
      metrics.rejected(request.format.protocol(), e.id().id(), samples);
      throw e;
    }
  }

  private static WriteOutcome with(List<Refusal> ofDecoder, WriteOutcome outcome) {
    if (ofDecoder.isEmpty()) {
      return outcome;
    }
    List<Refusal> all = new ArrayList<>(ofDecoder);
    all.addAll(outcome.refusals());
    return new WriteOutcome(
        outcome.stored(),
        outcome.duplicates(),
        outcome.histograms(),
        outcome.histogramDuplicates(),
        outcome.exemplars(),
        all);
  }

  private Reply reply(RemoteWriteFormat format, WriteOutcome outcome) {
    Map<String, String> written = written(format, outcome);
    List<Refusal> refusals = outcome.refusals();
    if (refusals.isEmpty()) {
      return Reply.STORED.with(written);
    }
    String text =
        refusals.stream()
            .map(
                r -> "%d samples refused (%s): %s".formatted(r.samples(), r.id().id(), r.message()))
            .collect(Collectors.joining("\n", "", "\n"));
    boolean retryable = refusals.stream().anyMatch(Refusal::retryable);
    // Repeating stores what was refused for now; what is stored already counts as duplicate.
    return retryable
        ? new Reply(429, retryAfter(config.retryAfter()), text).with(written)
        : new Reply(400, written, text);
  }

  /** What 2.0 has to be told: without it a sender takes us for a receiver of 1.0. */
  private static Map<String, String> written(RemoteWriteFormat format, WriteOutcome outcome) {
    return switch (format) {
      case V1 -> Map.of();
      case V2 ->
          Map.of(
              SAMPLES_WRITTEN,
              Integer.toString(outcome.stored() + outcome.duplicates()),
              HISTOGRAMS_WRITTEN,
              Integer.toString(outcome.histograms() + outcome.histogramDuplicates()),
              EXEMPLARS_WRITTEN,
              Integer.toString(outcome.exemplars()));
    };
  }

  private Reply refusal(VedetteException e) {
    String text = e.explain() + "\n";
    return switch (e) {
      case InvalidRequest i when i.id() == ErrorId.UNSUPPORTED_CONTENT ->
          new Reply(415, Map.of(), text);
      case InvalidRequest i when i.id() == ErrorId.BODY_TOO_LARGE -> new Reply(413, Map.of(), text);
      case InvalidRequest i when i.id() == ErrorId.TENANT_MISSING -> new Reply(401, Map.of(), text);
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
