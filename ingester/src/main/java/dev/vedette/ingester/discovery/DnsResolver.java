package dev.vedette.ingester.discovery;

import java.io.IOException;
import java.util.List;

/** Looks names up. Methods block and may be called from any thread. */
public interface DnsResolver {
  /**
   * IPv4 or IPv6 addresses of a name, in text form.
   *
   * @throws IOException where nobody answers or the name has no such addresses
   */
  List<String> addresses(String name, boolean ipv6) throws IOException;

  /**
   * SRV records of a name.
   *
   * @throws IOException where nobody answers or the name has no such records
   */
  List<Service> services(String name) throws IOException;

  /** One SRV record; the host has no dot at its end. */
  record Service(String host, int port) {}
}
