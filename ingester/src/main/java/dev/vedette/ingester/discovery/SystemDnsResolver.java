package dev.vedette.ingester.discovery;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Hashtable;
import java.util.List;
import java.util.regex.Pattern;
import javax.naming.Context;
import javax.naming.NameNotFoundException;
import javax.naming.NamingEnumeration;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.directory.InitialDirContext;

/**
 * The machine's own resolver: addresses as every program gets them (hosts file, search domains),
 * SRV records from the configured name servers, with the search domains tried in turn for names
 * without a dot at the end.
 */
public final class SystemDnsResolver implements DnsResolver {
  private static final String TIMEOUT_MILLIS = "2000";
  private static final String TRIES = "2";

  // Also keeps anything out that JNDI would take for the URL of another kind of directory.
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]{1,255}");

  private final List<String> searchDomains;

  /**
   * @param searchDomains tried behind a name that is not found as it stands
   */
  public SystemDnsResolver(List<String> searchDomains) {
    this.searchDomains = List.copyOf(searchDomains);
  }

  /** With the search domains of {@code /etc/resolv.conf}, where there is one. */
  public static SystemDnsResolver ofThisMachine() {
    List<String> domains = new ArrayList<>();
    try {
      for (String line : Files.readAllLines(Path.of("/etc/resolv.conf"))) {
        if (line.startsWith("search ")) {
          domains = List.of(line.substring("search ".length()).strip().split("\\s+"));
        }
      }
    } catch (IOException e) {
      // Not every system has the file; names then need to be complete.
    }
    return new SystemDnsResolver(domains);
  }

  @Override
  public List<String> addresses(String name, boolean ipv6) throws IOException {
    List<String> addresses = new ArrayList<>();
    for (InetAddress address : InetAddress.getAllByName(name)) {
      if (address instanceof Inet6Address == ipv6) {
        addresses.add(address.getHostAddress().replaceFirst("%.*", ""));
      }
    }
    if (addresses.isEmpty()) {
      throw new IOException("\"%s\" has no %s addresses".formatted(name, ipv6 ? "IPv6" : "IPv4"));
    }
    return addresses;
  }

  @Override
  public List<Service> services(String name) throws IOException {
    List<String> candidates = new ArrayList<>(List.of(name));
    if (!name.endsWith(".")) {
      searchDomains.forEach(domain -> candidates.add(name + "." + domain));
    }
    for (String candidate : candidates) {
      List<Service> services = exactly(candidate);
      if (!services.isEmpty()) {
        return services;
      }
    }
    throw new IOException("\"%s\" has no SRV records".formatted(name));
  }

  @SuppressWarnings("BanJNDI") // the JDK's DNS client has no other door; names are checked first
  private static List<Service> exactly(String name) throws IOException {
    if (!NAME.matcher(name).matches()) {
      throw new IOException("\"%s\" is not a DNS name".formatted(name));
    }
    try {
      InitialDirContext dns = new InitialDirContext(environment());
      try {
        Attribute records = dns.getAttributes(name, new String[] {"SRV"}).get("SRV");
        return records == null ? List.of() : services(records);
      } finally {
        dns.close();
      }
    } catch (NameNotFoundException e) {
      // The next search domain may know it.
      return List.of();
    } catch (NamingException e) {
      throw new IOException("SRV records of \"%s\" cannot be looked up".formatted(name), e);
    }
  }

  @SuppressWarnings("JdkObsolete") // JNDI takes nothing else
  private static Hashtable<String, String> environment() {
    Hashtable<String, String> environment = new Hashtable<>();
    environment.put(Context.INITIAL_CONTEXT_FACTORY, "com.sun.jndi.dns.DnsContextFactory");
    environment.put("com.sun.jndi.dns.timeout.initial", TIMEOUT_MILLIS);
    environment.put("com.sun.jndi.dns.timeout.retries", TRIES);
    return environment;
  }

  private static List<Service> services(Attribute records) throws NamingException, IOException {
    List<Service> services = new ArrayList<>();
    NamingEnumeration<?> all = records.getAll();
    while (all.hasMore()) {
      services.add(service(String.valueOf(all.next())));
    }
    return services;
  }

  /** A record reads {@code priority weight port host.}. */
  static Service service(String record) throws IOException {
    String[] fields = record.strip().split("\\s+");
    if (fields.length != 4) {
      throw new IOException(
          "SRV record %s has %d fields, expected priority, weight, port, host"
              .formatted(Arrays.toString(fields), fields.length));
    }
    try {
      return new Service(fields[3].replaceFirst("\\.$", ""), Integer.parseInt(fields[2]));
    } catch (NumberFormatException e) {
      throw new IOException("SRV record \"%s\" has no port".formatted(record), e);
    }
  }
}
