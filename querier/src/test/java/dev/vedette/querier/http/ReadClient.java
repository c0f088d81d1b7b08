package dev.vedette.querier.http;

import dev.vedette.testkit.ProtoMessage;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.xerial.snappy.Snappy;

/** Asks by remote read as a Prometheus does. */
final class ReadClient {
  private final TestServer server;

  ReadClient(TestServer server) {
    this.server = server;
  }

  HttpResponse<byte[]> ask(ProtoMessage request) throws IOException, InterruptedException {
    return send(Snappy.compress(request.bytes()));
  }

  HttpResponse<byte[]> send(byte[] body) throws IOException, InterruptedException {
    HttpRequest post =
        server
            .to("/api/v1/read")
            .header("Content-Type", "application/x-protobuf")
            .header("Content-Encoding", "snappy")
            .header("Accept-Encoding", "snappy")
            .header("X-Prometheus-Remote-Read-Version", "0.1.0")
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build();
    return server.client().send(post, BodyHandlers.ofByteArray());
  }
}
