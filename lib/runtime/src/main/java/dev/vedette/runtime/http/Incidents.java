package dev.vedette.runtime.http;

import io.micronaut.http.HttpRequest;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Errors that are ours: logged under an id that the client is told instead of a stack trace. */
public final class Incidents {
  private static final Logger log = LoggerFactory.getLogger(Incidents.class);

  private Incidents() {}

  /** Logs the error with its stack trace and returns the id it is found by. */
  public static String log(HttpRequest<?> request, Throwable error) {
    return log(request.getMethodName(), request.getPath(), error);
  }

  static String log(String method, String path, Throwable error) {
    String id = "%08x".formatted(ThreadLocalRandom.current().nextInt());
    log.error(
        "request failed unexpectedly: incident={} method={} path={}", id, method, path, error);
    return id;
  }

  /** What the client is told. */
  public static String text(String id) {
    return "internal error, incident %s; its stack trace is in the server's log".formatted(id);
  }
}
