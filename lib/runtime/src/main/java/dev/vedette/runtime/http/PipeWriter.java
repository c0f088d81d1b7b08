package dev.vedette.runtime.http;

import io.micronaut.core.type.Argument;
import io.micronaut.core.type.MutableHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.annotation.ResponseFilter;
import io.micronaut.http.annotation.ServerFilter;
import io.micronaut.http.body.ByteBodyFactory;
import io.micronaut.http.body.CloseableByteBody;
import io.micronaut.http.body.ResponseBodyWriter;
import io.micronaut.http.netty.body.NettyByteBodyFactory;
import java.io.OutputStream;

/**
 * Gives a {@link BodyPipe} to Netty as it is. The framework's own way for publishers puts brackets
 * and commas into whatever calls itself JSON.
 */
@ServerFilter(ServerFilter.MATCH_ALL_PATTERN)
final class PipeWriter implements ResponseBodyWriter<PipeWriter.Piped> {
  /** The body as the framework sees it: not a publisher. */
  record Piped(BodyPipe pipe) {}

  /** Routes reset a response's writer to their own, so it is set here, after them. */
  @ResponseFilter
  void useForPipes(MutableHttpResponse<Piped> response) {
    if (((Object) response.body()) instanceof Piped) {
      response.bodyWriter(this);
    }
  }

  @Override
  public CloseableByteBody writePiece(
      ByteBodyFactory factory,
      HttpRequest<?> request,
      HttpResponse<?> response,
      Argument<Piped> type,
      MediaType mediaType,
      Piped body) {
    return ((NettyByteBodyFactory) factory).adapt(body.pipe, null, body.pipe::cancel);
  }

  @Override
  public void writeTo(
      Argument<Piped> type,
      MediaType mediaType,
      Piped body,
      MutableHeaders headers,
      OutputStream out) {
    throw new UnsupportedOperationException("BUG: a streamed body goes to the event loop only");
  }
}
