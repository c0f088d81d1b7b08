package dev.vedette.runtime.http;

import io.micronaut.context.BeanProvider;
import io.micronaut.context.event.BeanCreatedEvent;
import io.micronaut.context.event.BeanCreatedEventListener;
import io.micronaut.http.netty.channel.ChannelPipelineCustomizer;
import io.micronaut.http.server.netty.NettyServerCustomizer;
import io.netty.channel.Channel;
import jakarta.inject.Singleton;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Puts a {@link DirectHandler} in front of the framework's own on each connection. */
@Singleton
final class DirectConnections implements BeanCreatedEventListener<NettyServerCustomizer.Registry> {
  private final BeanProvider<DirectRoute> routes;
  private final BeanProvider<ExchangeRoute> exchanges;
  private final BeanProvider<RequestMetrics> metrics;
  private final HttpServerConfig config;

  DirectConnections(
      BeanProvider<DirectRoute> routes,
      BeanProvider<ExchangeRoute> exchanges,
      BeanProvider<RequestMetrics> metrics,
      HttpServerConfig config) {
    this.routes = routes;
    this.exchanges = exchanges;
    this.metrics = metrics;
    this.config = config;
  }

  @Override
  public NettyServerCustomizer.Registry onCreated(
      BeanCreatedEvent<NettyServerCustomizer.Registry> event) {
    Map<String, DirectRoute> byPath = new HashMap<>();
    routes.stream().forEach(route -> byPath.put(route.path(), route));
    Map<String, ExchangeRoute> exchangesByPath = new HashMap<>();
    exchanges.stream().forEach(route -> exchangesByPath.put(route.path(), route));
    if (!byPath.isEmpty() || !exchangesByPath.isEmpty()) {
      DirectHandler.Shared shared =
          new DirectHandler.Shared(
              Map.copyOf(byPath),
              Map.copyOf(exchangesByPath),
              metrics.get(),
              config.maxRequestBytes());
      event.getBean().register(new Customizer(shared, null));
    }
    return event.getBean();
  }

  private record Customizer(DirectHandler.Shared shared, @Nullable Channel channel)
      implements NettyServerCustomizer {
    @Override
    public NettyServerCustomizer specializeForChannel(Channel channel, ChannelRole role) {
      return new Customizer(shared, channel);
    }

    @Override
    public void onStreamPipelineBuilt() {
      if (channel != null) {
        channel
            .pipeline()
            .addBefore(
                ChannelPipelineCustomizer.HANDLER_MICRONAUT_INBOUND,
                "direct",
                new DirectHandler(shared));
      }
    }
  }
}
