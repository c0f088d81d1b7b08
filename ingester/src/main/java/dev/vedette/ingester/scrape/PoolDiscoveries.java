package dev.vedette.ingester.scrape;

import dev.vedette.crds.ScrapeTargetSpec.DnsTargets;
import dev.vedette.crds.ScrapeTargetSpec.DnsType;
import dev.vedette.crds.ScrapeTargetSpec.FileTargets;
import dev.vedette.ingester.discovery.Discovery;
import dev.vedette.ingester.discovery.DnsDiscovery;
import dev.vedette.ingester.discovery.FileDiscovery;
import dev.vedette.ingester.discovery.StaticDiscovery;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The places of a pool as something that looks at them. */
final class PoolDiscoveries {
  private PoolDiscoveries() {}

  static List<Discovery> of(PoolConfig config, ScrapeContext context) {
    PoolConfig.Places places = config.places();
    List<Discovery> found = new ArrayList<>();
    if (!places.addresses().isEmpty()) {
      found.add(new StaticDiscovery(places.addresses()));
    }
    if (places.dns() != null) {
      found.add(dns(places.dns(), config, context));
    }
    if (places.files() != null) {
      found.add(files(places.files(), context));
    }
    return found;
  }

  private static Discovery dns(DnsTargets dns, PoolConfig config, ScrapeContext context) {
    DnsDiscovery.RecordType type =
        switch (dns.type()) {
          case A -> DnsDiscovery.RecordType.A;
          case AAAA -> DnsDiscovery.RecordType.AAAA;
          case SRV -> DnsDiscovery.RecordType.SRV;
        };
    int portOfTargets = dns.port() == null ? config.defaults().port() : dns.port();
    if (dns.type() != DnsType.SRV && portOfTargets == 0) {
      portOfTargets = config.defaults().scheme().equals("https") ? 443 : 80;
    }
    return new DnsDiscovery(
        dns.names(),
        type,
        portOfTargets,
        dns.refreshInterval().value(),
        context.resolver(),
        context.clock(),
        context.discoveryMetrics());
  }

  private static Discovery files(FileTargets files, ScrapeContext context) {
    List<Path> paths = files.paths().stream().map(Path::of).toList();
    return new FileDiscovery(
        paths,
        files.refreshInterval().value(),
        context.clock(),
        context.ticker(),
        context.discoveryMetrics());
  }
}
