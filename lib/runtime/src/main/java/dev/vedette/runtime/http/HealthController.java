package dev.vedette.runtime.http;

import io.micronaut.context.annotation.Requires;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;

/**
 * Liveness and readiness under Prometheus' paths and with its words, which existing probes know.
 */
@Controller
@Requires(beans = Readiness.class)
final class HealthController {
  private final Readiness readiness;

  HealthController(Readiness readiness) {
    this.readiness = readiness;
  }

  @Get(value = "/-/healthy", produces = MediaType.ALL)
  HttpResponse<?> healthy() {
    return PlainText.reply(HttpStatus.OK, "Prometheus Server is Healthy.\n");
  }

  @Get(value = "/-/ready", produces = MediaType.ALL)
  HttpResponse<?> ready() {
    if (readiness.isReady()) {
      return PlainText.reply(HttpStatus.OK, "Prometheus Server is Ready.\n");
    }
    String reasons = String.join("\n", readiness.reasons());
    return PlainText.reply(
        HttpStatus.SERVICE_UNAVAILABLE, "Service Unavailable\n%s\n".formatted(reasons));
  }
}
