package dev.vedette.querier;

import java.time.Instant;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What the status endpoints say of this process.
 *
 * @param version of Vedette
 * @param revision commit it was built from, or empty
 * @param buildDate when it was built, or empty
 * @param started when the process started
 * @param retention how long and up to which size raw samples are kept, as text: {@code 15d}, {@code
 *     15d or 50GiB}
 * @param adminApi whether data may be deleted and snapshots be taken over HTTP
 * @param lifecycle whether the process may be told over HTTP to reload and to quit
 * @param flags settings by name, as {@code /api/v1/status/flags} shows them; no secrets
 * @param configYaml the configuration in force; no secrets
 */
public record ServerInfo(
    String version,
    String revision,
    String buildDate,
    Instant started,
    String retention,
    boolean adminApi,
    boolean lifecycle,
    Map<String, String> flags,
    Supplier<String> configYaml) {
  public ServerInfo {
    flags = Map.copyOf(flags);
  }
}
