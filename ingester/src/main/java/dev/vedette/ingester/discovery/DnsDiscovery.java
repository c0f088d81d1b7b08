package dev.vedette.ingester.discovery;

import dev.vedette.model.Labels;
import dev.vedette.model.TargetSource.FailedPlace;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Targets behind DNS names. Each carries {@code __meta_dns_name}; those of SRV records also {@code
 * __meta_dns_srv_record_target} and {@code __meta_dns_srv_record_port}.
 */
public final class DnsDiscovery implements Discovery {
  private static final String WAY_OUT =
      "correct the name in the ScrapeTarget, or see to the name servers of this machine; it is"
          + " asked again and again";

  private final List<String> names;
  private final RecordType type;
  private final int port;
  private final Duration interval;
  private final DnsResolver resolver;
  private final LastGood<String> answers;

  /** Kinds of records targets are made of. */
  public enum RecordType {
    A,
    AAAA,
    SRV
  }

  /**
   * @param port the port of A and AAAA records' targets; SRV records bring their own
   */
  public DnsDiscovery(
      List<String> names,
      RecordType type,
      int port,
      Duration interval,
      DnsResolver resolver,
      Clock clock,
      DiscoveryMetrics metrics) {
    this.names = List.copyOf(names);
    this.type = type;
    this.port = port;
    this.interval = interval;
    this.resolver = resolver;
    this.answers = new LastGood<>("dns", WAY_OUT, clock, metrics);
  }

  @Override
  public List<TargetGroup> look() {
    return answers.ask(names, name -> Optional.of(resolve(name)));
  }

  @Override
  public List<FailedPlace> failures() {
    return answers.failures();
  }

  private TargetGroup resolve(String name) throws IOException {
    List<Labels> targets = new ArrayList<>();
    if (type == RecordType.SRV) {
      for (DnsResolver.Service service : resolver.services(name)) {
        targets.add(target(name, service));
      }
    } else {
      for (String address : resolver.addresses(name, type == RecordType.AAAA)) {
        targets.add(Labels.of(ADDRESS, hostAndPort(address, port), "__meta_dns_name", name));
      }
    }
    // Servers turn their answers round; the order says nothing.
    Collections.sort(targets);
    return new TargetGroup(name, targets, Labels.EMPTY);
  }

  private static Labels target(String name, DnsResolver.Service service) {
    return Labels.of(
        ADDRESS,
        hostAndPort(service.host(), service.port()),
        "__meta_dns_name",
        name,
        "__meta_dns_srv_record_target",
        service.host() + ".",
        "__meta_dns_srv_record_port",
        Integer.toString(service.port()));
  }

  private static String hostAndPort(String host, int port) {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }

  @Override
  public Duration interval() {
    return interval;
  }
}
