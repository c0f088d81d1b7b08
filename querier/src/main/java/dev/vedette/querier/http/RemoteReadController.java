package dev.vedette.querier.http;

import dev.vedette.querier.Querier;
import dev.vedette.querier.remoteread.RemoteRead;
import dev.vedette.runtime.http.Exchange;
import dev.vedette.wire.body.BodyBuffer;
import dev.vedette.wire.body.ContentCoding;
import dev.vedette.wire.remoteread.ChunkedSeries;
import dev.vedette.wire.remoteread.ReadRequest;
import dev.vedette.wire.remoteread.SampledAnswer;
import io.micronaut.context.annotation.Requires;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Post;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** {@code POST /api/v1/read}: raw samples by Prometheus' remote read. */
@Controller
@Requires(beans = Querier.class)
final class RemoteReadController {
  // Matchers of a few queries; a list of a hundred thousand values in one of them still fits.
  private static final int MAX_REQUEST_BYTES = 4 << 20;

  private final Querier querier;
  private final RemoteRead remoteRead;

  RemoteReadController(Querier querier) {
    this.querier = querier;
    this.remoteRead = querier.remoteRead();
  }

  @Post(value = "/api/v1/read", consumes = MediaType.ALL, produces = MediaType.ALL)
  CompletionStage<HttpResponse<?>> read(HttpRequest<?> request) {
    return Exchange.serveBody(request, this::read);
  }

  private void read(Exchange exchange, byte[] body) throws IOException {
    BodyBuffer buffer = new BodyBuffer(MAX_REQUEST_BYTES);
    buffer.decompress(ContentCoding.SNAPPY, body, 0, body.length);
    ReadRequest request = ReadRequest.decode(buffer.bytes(), buffer.length());
    try (ClientCheck client = new ClientCheck(exchange);
        RemoteRead.Turn turn =
            remoteRead.turn(ApiCall.tenant(querier, exchange), request.form(), client)) {
      switch (request.form()) {
        case SAMPLES -> samples(exchange, turn, request);
        case STREAMED_XOR_CHUNKS -> chunks(exchange, turn, request);
      }
    }
  }

  private static void samples(Exchange exchange, RemoteRead.Turn turn, ReadRequest request) {
    byte[] answer = turn.samples(request);
    exchange.replyWhole(
        HttpResponse.ok(answer)
            .header(HttpHeaders.CONTENT_TYPE, SampledAnswer.CONTENT_TYPE)
            .header(HttpHeaders.CONTENT_ENCODING, ContentCoding.SNAPPY.text()));
  }

  private static void chunks(Exchange exchange, RemoteRead.Turn turn, ReadRequest request)
      throws IOException {
    @Nullable OutputStream out = null;
    for (int i = 0; i < request.queries().size(); i++) {
      List<ChunkedSeries> series = turn.chunks(request.queries().get(i));
      // Only now, so that a query that fails still gets an answer that says so.
      out = out == null ? stream(exchange) : out;
      turn.write(i, series, out);
    }
    if (out == null) {
      stream(exchange);
    }
  }

  private static OutputStream stream(Exchange exchange) {
    return exchange.reply(
        HttpResponse.ok().header(HttpHeaders.CONTENT_TYPE, ChunkedSeries.CONTENT_TYPE));
  }
}
