package dev.vedette.querier.http;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.vedette.model.Labels;
import dev.vedette.model.TenantId;
import dev.vedette.querier.Querier;
import dev.vedette.querier.QuerierConfig;
import dev.vedette.testkit.InMemorySeries;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Which queries are counted as slow and which are logged, and what is said of them. */
class QueryLogTest {
  private static final Duration NEVER = Duration.ofDays(1);

  // The package's, as an operator would name it: what writes the log is not for others to know.
  private final Logger logger = (Logger) LoggerFactory.getLogger(Querier.class.getPackageName());
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();

  @BeforeEach
  void listen() {
    logger.setLevel(Level.INFO);
    logger.setAdditive(false);
    log.start();
    logger.addAppender(log);
  }

  @AfterEach
  void stopListening() {
    logger.detachAppender(log);
    logger.setAdditive(true);
    logger.setLevel(null);
  }

  private static TestServer server(Duration slowQuery, boolean logAll) {
    InMemorySeries series = new InMemorySeries();
    for (int i = 0; i < 3; i++) {
      Labels labels = Labels.of("__name__", "load", "n", Integer.toString(i));
      for (int step = 0; step < 10; step++) {
        series.append(TenantId.DEFAULT, labels, step * 15_000L, step);
      }
    }
    return new TestServer(config(slowQuery, logAll), series, Optional.empty());
  }

  private static QuerierConfig config(Duration slowQuery, boolean logAll) {
    QuerierConfig stock = QuerierConfig.STOCK;
    return new QuerierConfig(
        stock.maxConcurrent(),
        stock.maxQueueWait(),
        stock.timeout(),
        stock.lookback(),
        stock.limits(),
        stock.memoryBytes(),
        stock.cacheBytes(),
        slowQuery,
        logAll,
        stock.features());
  }

  @Test
  void aQueryThatTakesLongerThanTheSettingIsCountedAndLogged() throws Exception {
    try (TestServer server = server(Duration.ZERO, false)) {
      ask(server, "/api/v1/query_range?start=60&end=120&step=30&query=", "sum(load)");
      ask(server, "/api/v1/query?time=135&query=", "load + on () load");

      assertThat(server.get("/metrics").body())
          .contains("vedette_querier_slow_queries_total 2.0")
          .contains("vedette_querier_failed_queries_total{error=\"query-execution\"} 1.0");
    }
    assertThat(lines()).hasSize(2);
    assertThat(lines().getFirst())
        .startsWith("slow query: id=")
        .contains(" tenant=default kind=range end=ok elapsed=PT")
        .contains(" queued=PT")
        .contains(" series=3 samples=27 bytes=")
        .contains(" peakBytes=")
        .endsWith(" startMillis=60000 endMillis=120000 stepMillis=30000 expression=sum(load)");
    assertThat(lines().getLast())
        .startsWith("slow query: id=")
        .contains(" kind=instant end=query-execution elapsed=PT")
        .endsWith(" startMillis=135000 endMillis=135000 stepMillis=0 expression=load + on () load");
  }

  @Test
  void allOthersAreLoggedWhereThatIsAskedForAndNotCountedAsSlow() throws Exception {
    try (TestServer server = server(NEVER, true)) {
      ask(server, "/api/v1/query?time=135&query=", "load");
      ask(server, "/api/v1/query?time=135&query=", "sum(");

      assertThat(server.get("/metrics").body()).contains("vedette_querier_slow_queries_total 0.0");
    }
    assertThat(lines()).hasSize(2);
    assertThat(lines().getFirst())
        .startsWith("query: id=")
        .contains(" kind=instant end=ok ")
        .contains(" series=3 samples=");
    assertThat(lines().getLast())
        .startsWith("query: id=")
        .contains(" end=invalid-expression ")
        .contains(" series=0 samples=0 ")
        .endsWith(" expression=sum(");
  }

  @Test
  void anExpressionOfSeveralLinesIsOneLineOfTheLog() throws Exception {
    try (TestServer server = server(NEVER, true)) {
      ask(server, "/api/v1/query?time=135&query=", "load\n# as slow query: id=1\r\n> 3");
    }

    assertThat(lines())
        .singleElement()
        .asString()
        .endsWith("=load\\n# as slow query: id=1\\r\\n> 3");
  }

  @Test
  void nothingIsLoggedOfAQuickQueryUnlessThatIsAskedFor() throws Exception {
    try (TestServer server = server(NEVER, false)) {
      ask(server, "/api/v1/query?time=135&query=", "load");
      assertThat(lines()).isEmpty();

      server.settings(config(NEVER, true));
      ask(server, "/api/v1/query?time=135&query=", "load");

      assertThat(lines()).hasSize(1);
    }
  }

  private static void ask(TestServer server, String path, String expression)
      throws IOException, InterruptedException {
    server.get(path + URLEncoder.encode(expression, StandardCharsets.UTF_8));
  }

  private List<String> lines() {
    return log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }
}
