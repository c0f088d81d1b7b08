package dev.vedette.ingester.agent;

import io.micronaut.context.annotation.Requires;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;

/** Hands out host metrics where the agent role runs: where there is a {@link HostMetrics} bean. */
@Controller(AgentController.PATH)
@Requires(beans = HostMetrics.class)
public final class AgentController {
  public static final String PATH = "/agent/metrics";

  private final HostMetrics host;

  public AgentController(HostMetrics host) {
    this.host = host;
  }

  @Get
  @ExecuteOn(TaskExecutors.BLOCKING)
  public HttpResponse<byte[]> metrics() {
    return HttpResponse.ok(host.scrape()).header("Content-Type", HostMetrics.contentType());
  }
}
