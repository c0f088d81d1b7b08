package dev.vedette.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vedette.testkit.ProtoMessage;
import dev.vedette.testkit.RemoteWriteRequest;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.xerial.snappy.Snappy;

/** {@code vedette run} as a process of its own, on a free port of the loopback. */
public final class Server implements AutoCloseable {
  private static final Pattern READY = Pattern.compile("ready (http://\\S+) in .* s");
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private final Process process;
  private final List<String> output;
  private final URI address;

  private Server(Process process, List<String> output, URI address) {
    this.process = process;
    this.output = output;
    this.address = address;
  }

  /** Starts over a data folder and returns once the server says it is ready. */
  public static Server start(Path data, String... more) throws IOException {
    List<String> command = command("run", "--data", data.toString());
    if (!List.of(more).contains("--listen")) {
      command.addAll(List.of("--listen", "127.0.0.1:0"));
    }
    command.addAll(List.of(more));
    return start(command);
  }

  /** The same by a command line of its own. */
  static Server start(List<String> command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    List<String> output = new ArrayList<>();
    BufferedReader lines = process.inputReader();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      output.add(line);
      Matcher ready = READY.matcher(line);
      if (ready.find()) {
        drain(lines, output);
        return new Server(process, output, URI.create(ready.group(1)));
      }
    }
    throw new IllegalStateException(
        "the server ended before it was ready:\n" + String.join("\n", output));
  }

  /** The program's own command line, as this test's class path has it. */
  static List<String> command(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElseThrow());
    command.addAll(List.of("-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(
        List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
    command.add("-Dvedette.examples=" + Path.of(System.getProperty("vedette.root"), "examples"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), "dev.vedette.app.Main"));
    command.addAll(List.of(arguments));
    return command;
  }

  // A process whose pipe nobody reads stands still once the pipe is full.
  private static void drain(BufferedReader lines, List<String> output) {
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                  synchronized (output) {
                    output.add(line);
                  }
                }
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
  }

  public URI address() {
    return address;
  }

  long pid() {
    return process.pid();
  }

  String output() {
    synchronized (output) {
      return String.join("\n", output);
    }
  }

  public HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder(address.resolve(path)).GET());
  }

  HttpResponse<String> post(String path, byte[] body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request = HttpRequest.newBuilder(address.resolve(path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return send(request.POST(HttpRequest.BodyPublishers.ofByteArray(body)));
  }

  /** Asks by remote read; the answer as it came. */
  HttpResponse<byte[]> read(ProtoMessage request) throws IOException, InterruptedException {
    HttpRequest post =
        HttpRequest.newBuilder(address.resolve("/api/v1/read"))
            .header("Content-Type", "application/x-protobuf")
            .header("Content-Encoding", "snappy")
            .header("X-Prometheus-Remote-Read-Version", "0.1.0")
            .POST(HttpRequest.BodyPublishers.ofByteArray(Snappy.compress(request.bytes())))
            .build();
    return HTTP.send(post, HttpResponse.BodyHandlers.ofByteArray());
  }

  /** Sends a request by remote write 1.0. */
  public HttpResponse<String> write(RemoteWriteRequest request)
      throws IOException, InterruptedException {
    return post(
        "/api/v1/write",
        Snappy.compress(request.v1()),
        "Content-Type",
        RemoteWriteRequest.V1_CONTENT_TYPE,
        "Content-Encoding",
        "snappy",
        "X-Prometheus-Remote-Write-Version",
        "0.1.0");
  }

  private static HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  /** The {@code result} of an instant query at a time in Unix milliseconds. */
  JsonNode query(String expression, long timeMillis) throws IOException, InterruptedException {
    HttpResponse<String> response =
        get(
            "/api/v1/query?time=%d.%03d&query=%s"
                .formatted(
                    timeMillis / 1000,
                    timeMillis % 1000,
                    URLEncoder.encode(expression, StandardCharsets.UTF_8)));
    if (response.statusCode() != 200) {
      throw new IllegalStateException(response.statusCode() + " " + response.body());
    }
    return new ObjectMapper().readTree(response.body()).at("/data/result");
  }

  /** SIGKILL: nothing of the process runs after this. */
  void kill() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
  }

  /** SIGTERM; returns the exit code. */
  int stop() throws InterruptedException {
    process.destroy();
    return awaitEnd();
  }

  /** Returns the exit code of a process that was told to end. */
  int awaitEnd() throws InterruptedException {
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IllegalStateException("the server did not stop:\n" + output());
    }
    return process.exitValue();
  }

  @Override
  public void close() throws InterruptedException {
    if (process.isAlive()) {
      kill();
    }
  }
}
