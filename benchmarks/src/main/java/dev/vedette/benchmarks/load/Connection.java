package dev.vedette.benchmarks.load;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * One kept-alive HTTP/1.1 connection, one request at a time. It costs a tenth of what the JDK's
 * client does, which matters where sender and server share two cores.
 */
final class Connection implements AutoCloseable {
  private final URI uri;
  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;
  private String body = "";

  Connection(URI uri) throws IOException {
    this.uri = uri;
    this.socket = new Socket(uri.getHost(), uri.getPort());
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(120_000);
    this.in = new BufferedInputStream(socket.getInputStream(), 1 << 14);
    this.out = socket.getOutputStream();
  }

  /** Sends and waits for the answer; returns its status. */
  int post(String path, String headers, byte[] bytes, int length) throws IOException {
    return send("POST", path, headers + "Content-Length: " + length + "\r\n", bytes, length);
  }

  int get(String path) throws IOException {
    return send("GET", path, "", new byte[0], 0);
  }

  private int send(String method, String path, String headers, byte[] bytes, int length)
      throws IOException {
    String head =
        method
            + " "
            + path
            + " HTTP/1.1\r\nHost: "
            + uri.getAuthority()
            + "\r\n"
            + headers
            + "\r\n";
    out.write(head.getBytes(StandardCharsets.US_ASCII));
    out.write(bytes, 0, length);
    out.flush();
    return answer();
  }

  /** The last answer's body. */
  String body() {
    return body;
  }

  private int answer() throws IOException {
    String status = line();
    long length = 0;
    boolean chunked = false;
    for (String line = line(); !line.isEmpty(); line = line()) {
      String lower = line.toLowerCase(Locale.ROOT);
      if (lower.startsWith("content-length:")) {
        length = Long.parseLong(lower.substring(15).strip());
      } else if (lower.startsWith("transfer-encoding:") && lower.contains("chunked")) {
        chunked = true;
      }
    }
    StringBuilder text = new StringBuilder();
    if (chunked) {
      for (int size = Integer.parseInt(line(), 16); size > 0; size = Integer.parseInt(line(), 16)) {
        text.append(read(size));
        line();
      }
      line();
    } else {
      text.append(read((int) length));
    }
    body = text.toString();
    return Integer.parseInt(status.substring(9, 12));
  }

  private String read(int length) throws IOException {
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException("the server closed the connection within an answer");
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new EOFException("the server closed the connection");
      }
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
