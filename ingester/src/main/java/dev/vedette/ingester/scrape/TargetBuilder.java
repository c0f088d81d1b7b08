package dev.vedette.ingester.scrape;

import dev.vedette.crds.value.DurationText;
import dev.vedette.ingester.discovery.Discovery;
import dev.vedette.ingester.relabel.Relabeler;
import dev.vedette.model.ErrorId;
import dev.vedette.model.InvalidRequest;
import dev.vedette.model.Label;
import dev.vedette.model.Labels;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Makes targets of discovered labels: defaults, relabelling, address, URL. */
final class TargetBuilder {
  private static final String SCHEME = "__scheme__";
  private static final String PATH = "__metrics_path__";
  private static final String INTERVAL = "__scrape_interval__";
  private static final String TIMEOUT = "__scrape_timeout__";
  private static final String PARAM = "__param_";

  private final PoolConfig.Defaults defaults;
  private final Relabeler relabeler;

  TargetBuilder(PoolConfig.Defaults defaults, Relabeler relabeler) {
    this.defaults = defaults;
    this.relabeler = relabeler;
  }

  /** What relabelling sees: what was found, completed by the pool's own settings. */
  Labels discovered(Labels found) {
    Labels.Builder labels = found.toBuilder();
    defaults.labels().forEach(label -> complete(labels, label.name(), label.value()));
    complete(labels, "job", defaults.job());
    complete(labels, SCHEME, defaults.scheme());
    complete(labels, PATH, defaults.path());
    complete(labels, INTERVAL, new DurationText(defaults.interval()).toString());
    complete(labels, TIMEOUT, new DurationText(defaults.timeout()).toString());
    defaults
        .params()
        .forEach(
            (name, values) -> {
              if (!values.isEmpty()) {
                complete(labels, PARAM + name, values.getFirst());
              }
            });
    String address = labels.get(Discovery.ADDRESS);
    if (defaults.port() != 0 && !address.isEmpty() && !hasPort(address)) {
      labels.set(Discovery.ADDRESS, address + ":" + defaults.port());
    }
    return labels.build();
  }

  private static void complete(Labels.Builder labels, String name, String value) {
    if (labels.get(name).isEmpty()) {
      labels.set(name, value);
    }
  }

  private static boolean hasPort(String address) {
    int colon = address.lastIndexOf(':');
    // fd00::1 and [fd00::1] have colons and no port.
    boolean ipv6 = address.indexOf(':') != colon;
    return ipv6 ? address.indexOf("]:") > 0 : colon >= 0;
  }

  /**
   * The target of completed labels; empty where relabelling drops it.
   *
   * @throws InvalidRequest where what relabelling leaves cannot be scraped
   */
  Optional<FoundTarget> target(Labels discovered) {
    Optional<Labels> relabelled = relabeler.apply(discovered);
    if (relabelled.isEmpty() || relabelled.get().isEmpty()) {
      return Optional.empty();
    }
    Labels labels = relabelled.get();
    String address = labels.get(Discovery.ADDRESS);
    if (address.isEmpty()) {
      throw invalid(discovered, "it has no __address__", "let a relabeling set one");
    }
    Duration interval = duration(discovered, labels, INTERVAL);
    Duration timeout = duration(discovered, labels, TIMEOUT);
    if (timeout.compareTo(interval) > 0) {
      throw invalid(
          discovered,
          "its timeout %s is longer than its interval %s".formatted(timeout, interval),
          "shorten timeout or lengthen interval");
    }
    return Optional.of(
        new FoundTarget(
            discovered, seriesLabels(labels, address), url(discovered, labels), interval, timeout));
  }

  private static Duration duration(Labels discovered, Labels labels, String name) {
    Duration duration = DurationText.parse(labels.get(name)).value();
    if (duration.toMillis() < 1) {
      throw invalid(
          discovered, "%s is \"%s\"".formatted(name, labels.get(name)), "give at least 1ms");
    }
    return duration;
  }

  private static Labels seriesLabels(Labels labels, String address) {
    Labels.Builder kept = new Labels.Builder();
    for (Label label : labels) {
      if (!label.name().startsWith("__")) {
        kept.set(label.name(), label.value());
      }
    }
    if (kept.get("instance").isEmpty()) {
      kept.set("instance", address);
    }
    return kept.build();
  }

  private URI url(Labels discovered, Labels labels) {
    String scheme = labels.get(SCHEME);
    if (!scheme.equals("http") && !scheme.equals("https")) {
      throw invalid(discovered, "its scheme is \"%s\"".formatted(scheme), "use http or https");
    }
    String address = labels.get(Discovery.ADDRESS);
    String path = labels.get(PATH);
    String slash = path.startsWith("/") ? "" : "/";
    String query = query(labels);
    String separator = query.isEmpty() ? "" : path.indexOf('?') < 0 ? "?" : "&";
    try {
      URI url = new URI(scheme + "://" + address + slash + path + separator + query);
      if (url.getHost() == null || url.getUserInfo() != null) {
        throw invalid(
            discovered, "\"%s\" is not host:port".formatted(address), "correct the address");
      }
      return url;
    } catch (URISyntaxException e) {
      throw invalid(
          discovered, "no URL can be made of it: " + e.getMessage(), "correct address and path");
    }
  }

  private String query(Labels labels) {
    Map<String, List<String>> params = new TreeMap<>();
    defaults.params().forEach((name, values) -> params.put(name, new ArrayList<>(values)));
    for (Label label : labels) {
      if (label.name().startsWith(PARAM)) {
        List<String> values =
            params.computeIfAbsent(label.name().substring(PARAM.length()), _ -> new ArrayList<>());
        if (values.isEmpty()) {
          values.add(label.value());
        } else {
          values.set(0, label.value());
        }
      }
    }
    List<String> pairs = new ArrayList<>();
    params.forEach(
        (name, values) -> values.forEach(value -> pairs.add(encode(name) + "=" + encode(value))));
    return String.join("&", pairs);
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static InvalidRequest invalid(Labels discovered, String problem, String wayOut) {
    return new InvalidRequest(
        ErrorId.INVALID_RESOURCE,
        "target %s cannot be scraped: %s".formatted(discovered, problem),
        wayOut);
  }
}
