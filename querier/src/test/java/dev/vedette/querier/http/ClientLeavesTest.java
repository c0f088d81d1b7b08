package dev.vedette.querier.http;

import dev.vedette.model.ReadCheck;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.model.SeriesSource;
import dev.vedette.model.TenantId;
import dev.vedette.testkit.ForwardingSeries;
import dev.vedette.testkit.InMemorySeries;
import dev.vedette.testkit.ProtoMessage;
import dev.vedette.testkit.ReadMessages;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.xerial.snappy.Snappy;

/** What is read for a client that has left ends, also where it finds nothing to hand over. */
@Timeout(60)
class ClientLeavesTest {
  private final FruitlessSeries source = new FruitlessSeries();

  @Test
  void aPageOfFederationEnds() throws Exception {
    leave(
        "GET /federate?match%5B%5D=up HTTP/1.1\r\nHost: a\r\n\r\n"
            .getBytes(StandardCharsets.US_ASCII));
  }

  @Test
  void remoteReadInOneMessageEnds() throws Exception {
    leave(read(new ProtoMessage().field(1, ReadMessages.query("up"))));
  }

  @Test
  void remoteReadInChunksEnds() throws Exception {
    leave(read(new ProtoMessage().field(1, ReadMessages.query("up")).varint(2, 1)));
  }

  private void leave(byte[] request) throws Exception {
    try (TestServer server = new TestServer(source)) {
      try (Socket client = new Socket(server.address().host(), server.address().port())) {
        client.getOutputStream().write(request);
        source.opened.await();
      }

      source.closed.await();
    }
  }

  private static byte[] read(ProtoMessage message) throws IOException {
    byte[] body = Snappy.compress(message.bytes());
    ByteArrayOutputStream request = new ByteArrayOutputStream();
    request.writeBytes(
        """
        POST /api/v1/read HTTP/1.1\r
        Host: a\r
        Content-Type: application/x-protobuf\r
        Content-Encoding: snappy\r
        Content-Length: %d\r
        \r
        """
            .formatted(body.length)
            .getBytes(StandardCharsets.US_ASCII));
    request.writeBytes(body);
    return request.toByteArray();
  }

  /** Looks for series for ever, and asks now and then whether to go on. */
  private static final class FruitlessSeries extends ForwardingSeries {
    final CountDownLatch opened = new CountDownLatch(1);
    final CountDownLatch closed = new CountDownLatch(1);
    private final InMemorySeries nothing = new InMemorySeries();

    @Override
    protected SeriesSource inner() {
      return nothing;
    }

    @Override
    public SeriesCursor select(TenantId tenant, Selection selection) {
      return select(tenant, selection, ReadCheck.NONE);
    }

    @Override
    public SeriesCursor select(TenantId tenant, Selection selection, ReadCheck check) {
      return new SeriesCursor() {
        @Override
        public boolean next(SeriesBatch batch) {
          opened.countDown();
          while (true) {
            check.check();
            Thread.onSpinWait();
          }
        }

        @Override
        public void close() {
          closed.countDown();
        }
      };
    }
  }
}
