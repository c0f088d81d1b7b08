package dev.vedette.ingester.scrape;

import dev.vedette.ingester.scrape.ScrapeFailure.Reason;
import dev.vedette.model.InvalidRequest;
import dev.vedette.wire.exposition.ExpositionFormat;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.NoSuchFileException;
import java.security.cert.CertPathBuilderException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.zip.GZIPInputStream;
import javax.net.ssl.SSLException;
import org.apache.hc.client5.http.HttpRequestRetryStrategy;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.pool.PoolConcurrencyPolicy;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * Asks the targets of one pool for their pages, over connections kept open between scrapes. Blocks;
 * call it from virtual threads, any number at once. A fetch takes at most its timeout, from the
 * first packet to the last byte, and never holds more than the body limit.
 */
final class PageFetcher implements AutoCloseable {
  private static final int MAX_REDIRECTS = 10;
  private static final int MAX_CONNECTIONS = 100_000;
  private static final int GZIP_BUFFER = 4096;

  // Far above what any target sends; without them a header could go on until memory ends.
  private static final Http1Config BOUNDS =
      Http1Config.custom()
          .setMaxLineLength(16 * 1024)
          .setMaxHeaderCount(200)
          .setBufferSize(4096)
          .build();

  private final PoolConfig.Http settings;
  private final Secrets secrets;
  private final Timers timers;
  private final String userAgent;
  private final PoolingHttpClientConnectionManager connections;
  private final CloseableHttpClient client;

  /** One fetch. */
  record Request(URI url, Duration timeout, long bodyLimit) {}

  PageFetcher(PoolConfig.Http settings, Timers timers, String userAgent) {
    this.settings = settings;
    this.secrets = new Secrets(settings.basicAuth(), settings.authorization());
    this.timers = timers;
    this.userAgent = userAgent;
    this.connections =
        PoolingHttpClientConnectionManagerBuilder.create()
            .setConnectionFactory(
                ManagedHttpClientConnectionFactory.builder().http1Config(BOUNDS).build())
            .setTlsSocketStrategy(new TlsClient(settings.tls()))
            .setPoolConcurrencyPolicy(PoolConcurrencyPolicy.LAX)
            .setMaxConnTotal(MAX_CONNECTIONS)
            .setMaxConnPerRoute(MAX_CONNECTIONS)
            // A check would cost a millisecond of waiting each scrape; a retry costs nothing
            // unless the target closed the connection.
            .setConnectionConfigResolver(
                _ ->
                    ConnectionConfig.custom()
                        .setValidateAfterInactivity(TimeValue.NEG_ONE_MILLISECOND)
                        .build())
            .build();
    this.client =
        HttpClients.custom()
            .setConnectionManager(connections)
            .setRetryStrategy(new RetryOnDeadConnection())
            .disableRedirectHandling()
            .disableContentCompression()
            .disableCookieManagement()
            .disableAuthCaching()
            .setUserAgent(userAgent)
            .build();
  }

  /**
   * Fetches a page into the buffers' body.
   *
   * @throws ScrapeFailure where there is no whole page with status 200 in time
   */
  Page fetch(Request request, ScrapeBuffers buffers) throws ScrapeFailure {
    Optional<String> authorization = secrets.header();
    Call call = new Call(request);
    Timers.Timer deadline = timers.after(request.timeout, call::expire);
    try {
      return follow(call, authorization, buffers);
    } catch (IOException | RuntimeException e) {
      boolean late = call.expired.get() || e instanceof SocketTimeoutException;
      throw late ? timedOut(request, e) : broken(request, e);
    } finally {
      deadline.cancel();
    }
  }

  private static ScrapeFailure timedOut(Request request, Exception cause) {
    return new ScrapeFailure(
        Reason.TIMEOUT,
        "no whole page within %s; raise timeout or make the page faster"
            .formatted(seconds(request.timeout)),
        cause);
  }

  private static String seconds(Duration timeout) {
    return timeout.toMillis() / 1000.0 + " s";
  }

  private static ScrapeFailure broken(Request request, Exception cause) {
    if (cause instanceof InvalidRequest invalid) {
      return new ScrapeFailure(Reason.FORMAT, invalid.explain(), invalid);
    }
    String kind = cause instanceof SSLException ? "TLS with" : "the connection to";
    return new ScrapeFailure(
        Reason.CONNECTION,
        "%s %s failed: %s".formatted(kind, request.url.getAuthority(), describe(cause)),
        cause);
  }

  /**
   * In the words of whoever reads it: those of the libraries repeat the address or leave out what
   * happened.
   */
  private static String describe(Throwable cause) {
    if (cause instanceof UnknownHostException unknown) {
      String name = String.valueOf(unknown.getMessage()).replaceFirst(": .*", "");
      return "the name %s is not known; correct it, or see to DNS".formatted(name);
    }
    if (cause instanceof NoHttpResponseException) {
      return "it was closed without an answer; is the scheme right?";
    }
    if (cause instanceof NoSuchFileException missing) {
      return "the file %s is not there".formatted(missing.getFile());
    }
    if (isUntrusted(cause)) {
      return "the target's certificate is of no authority known here; name its authority in"
          + " spec.tls.caFile";
    }
    String message = cause.getMessage();
    if (message == null) {
      return cause.getClass().getSimpleName();
    }
    return cause instanceof ConnectException ? message.replaceFirst("^.* failed: ", "") : message;
  }

  private static boolean isUntrusted(@Nullable Throwable cause) {
    for (Throwable at = cause; at != null; at = at.getCause()) {
      if (at instanceof CertPathBuilderException) {
        return true;
      }
    }
    return false;
  }

  private Page follow(Call call, Optional<String> authorization, ScrapeBuffers buffers)
      throws IOException, ScrapeFailure {
    URI url = call.request.url;
    for (int hop = 0; hop <= MAX_REDIRECTS; hop++) {
      HttpGet get = get(url, call.request);
      // A secret is for the target alone, wherever that sends us.
      if (authorization.isPresent() && sameOrigin(url, call.request.url)) {
        get.setHeader("Authorization", authorization.get());
      }
      call.begin(get);
      try (ClassicHttpResponse response = client.executeOpen(null, get, null)) {
        URI next = redirect(response, url);
        if (next == null) {
          return page(response, call, buffers);
        }
        EntityUtils.consume(response.getEntity());
        url = next;
      }
    }
    throw new ScrapeFailure(
        Reason.STATUS, "the target redirects more than %d times".formatted(MAX_REDIRECTS));
  }

  private HttpGet get(URI url, Request request) {
    HttpGet get = new HttpGet(url);
    Timeout timeout = Timeout.of(request.timeout.toNanos(), TimeUnit.NANOSECONDS);
    get.setConfig(
        RequestConfig.custom()
            .setConnectionRequestTimeout(timeout)
            .setResponseTimeout(timeout)
            .setRedirectsEnabled(false)
            .setAuthenticationEnabled(false)
            .build());
    get.setHeader("Accept", settings.accept());
    get.setHeader("Accept-Encoding", settings.compression() ? "gzip" : "identity");
    get.setHeader("User-Agent", userAgent);
    get.setHeader(
        "X-Prometheus-Scrape-Timeout-Seconds",
        Double.toString(request.timeout.toMillis() / 1000.0));
    return get;
  }

  private static boolean sameOrigin(URI a, URI b) {
    return a.getScheme().equals(b.getScheme()) && a.getAuthority().equals(b.getAuthority());
  }

  private @Nullable URI redirect(HttpResponse response, URI from) throws ScrapeFailure {
    Header location = response.getFirstHeader("Location");
    boolean redirects =
        switch (response.getCode()) {
          case 301, 302, 303, 307, 308 -> true;
          default -> false;
        };
    if (!settings.followRedirects() || !redirects || location == null) {
      return null;
    }
    try {
      URI to = from.resolve(location.getValue());
      String scheme = to.getScheme();
      if (to.getHost() != null && ("http".equals(scheme) || "https".equals(scheme))) {
        return to;
      }
    } catch (IllegalArgumentException e) {
      // Reported below, with the text that is no URL.
    }
    throw new ScrapeFailure(
        Reason.STATUS,
        "the target redirects to \"%.200s\", which is no http URL".formatted(location.getValue()));
  }

  private Page page(ClassicHttpResponse response, Call call, ScrapeBuffers buffers)
      throws IOException, ScrapeFailure {
    if (response.getCode() != 200) {
      call.abandon();
      throw new ScrapeFailure(
          Reason.STATUS,
          "the target answered with HTTP status %d %s, expected 200"
              .formatted(response.getCode(), response.getReasonPhrase()));
    }
    Header type = response.getFirstHeader("Content-Type");
    ExpositionFormat format =
        ExpositionFormat.of(type == null ? "" : type.getValue(), Optional.of(settings.fallback()));
    int length = body(response, call, buffers);
    return new Page(buffers.body, length, format);
  }

  private int body(ClassicHttpResponse response, Call call, ScrapeBuffers buffers)
      throws IOException, ScrapeFailure {
    HttpEntity entity = response.getEntity();
    if (entity == null) {
      return 0;
    }
    String encoding = Optional.ofNullable(entity.getContentEncoding()).orElse("identity");
    try (InputStream raw = entity.getContent()) {
      return switch (encoding) {
        case "identity", "" -> readAll(raw, call, buffers);
        case "gzip" -> {
          int length = readAll(new GZIPInputStream(raw, GZIP_BUFFER), call, buffers);
          // What a target sends behind the gzip stream is not ours, but the connection may go on.
          EntityUtils.consume(entity);
          yield length;
        }
        default -> {
          call.abandon();
          throw new ScrapeFailure(
              Reason.FORMAT,
              "the target sent Content-Encoding \"%s\", expected gzip or none".formatted(encoding));
        }
      };
    }
  }

  /** Reads to the end, but never more than one byte beyond the limit. */
  private static int readAll(InputStream in, Call call, ScrapeBuffers buffers)
      throws IOException, ScrapeFailure {
    long limit = call.request.bodyLimit;
    int used = 0;
    while (true) {
      if (used == buffers.body.length) {
        buffers.growBody(used, limit + 1);
      }
      int room = (int) Math.min(buffers.body.length, limit + 1) - used;
      int read = in.read(buffers.body, used, room);
      if (read < 0) {
        return used;
      }
      used += read;
      if (used > limit) {
        call.abandon();
        throw new ScrapeFailure(
            Reason.BODY_SIZE_LIMIT,
            "the page has more than %d bytes, the value of spec.limits.bodySize; raise it or"
                    .formatted(limit)
                + " expose less");
      }
    }
  }

  /** Closes connections that no scrape used for a while: those of targets that are gone. */
  void closeIdle(Duration unused) {
    connections.closeIdle(TimeValue.ofMilliseconds(unused.toMillis()));
  }

  @Override
  public void close() {
    client.close(CloseMode.IMMEDIATE);
    connections.close(CloseMode.IMMEDIATE);
  }

  /** The requests of one fetch and their common deadline. */
  private static final class Call {
    final Request request;
    final AtomicBoolean expired = new AtomicBoolean();
    private volatile @Nullable HttpGet current;

    Call(Request request) {
      this.request = request;
    }

    void begin(HttpGet get) throws IOException {
      current = get;
      if (expired.get()) {
        throw new IOException("the time is over before the request was sent");
      }
    }

    /** Runs when the time is over; whatever blocks then fails at once. */
    void expire() {
      expired.set(true);
      abandon();
    }

    /** Closes the connection without reading what the target still has to say. */
    void abandon() {
      HttpGet get = current;
      if (get != null) {
        get.cancel();
      }
    }
  }

  /** A kept connection that the target closed meanwhile is no failure of the target. */
  private static final class RetryOnDeadConnection implements HttpRequestRetryStrategy {
    @Override
    public boolean retryRequest(
        HttpRequest request, IOException failure, int count, HttpContext context) {
      return count <= 1
          && (failure instanceof NoHttpResponseException
              || (failure instanceof SocketException && !(failure instanceof ConnectException)));
    }

    @Override
    public boolean retryRequest(HttpResponse response, int count, HttpContext context) {
      return false;
    }

    @Override
    public TimeValue getRetryInterval(HttpResponse response, int count, HttpContext context) {
      return TimeValue.ZERO_MILLISECONDS;
    }
  }
}
