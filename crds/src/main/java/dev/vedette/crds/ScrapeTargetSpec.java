package dev.vedette.crds;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.vedette.crds.value.DurationField;
import dev.vedette.crds.value.DurationText;
import dev.vedette.crds.value.SizeField;
import dev.vedette.crds.value.SizeText;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of a group of endpoints. As read by a {@link ResourceSource}, every field with a
 * default is filled in and lists are never {@code null}; {@code null} is left only where a
 * component says so.
 */
@ValidationRule(
    value = "has(self.static) || has(self.dns) || has(self.files)",
    message = "one of static, dns and files is needed to find any target")
@ValidationRule(
    value = "!(has(self.basicAuth) && has(self.authorization))",
    message = "basicAuth and authorization exclude each other",
    fieldPath = ".authorization")
@ValidationRule(
    value = "!has(self.dns) || self.dns.type == 'SRV' || has(self.dns.port) || has(self.port)",
    message = "dns records of type A and AAAA name no port; set dns.port or port",
    fieldPath = ".dns")
public record ScrapeTargetSpec(
    @JsonProperty("static") @JsonPropertyDescription("Targets given by address.")
        @Nullable StaticTargets fixed,
    @JsonPropertyDescription("Targets looked up in DNS, again and again.") @Nullable DnsTargets dns,
    @JsonPropertyDescription("Targets listed in files that other programs write.")
        @Nullable FileTargets files,
    @JsonPropertyDescription("Labels added to every target, and so to all of its series.")
        Map<String, String> labels,
    @JsonPropertyDescription(
            "The port of addresses that name none. Unset: 80 for http, 443 for https.")
        @Min(1)
        @Max(65_535)
        @Nullable Integer port,
    @JsonPropertyDescription("The path of the page of metrics.")
        @Default("/metrics")
        @Pattern("^/.*$")
        @Size(max = 2000)
        String path,
    @JsonPropertyDescription("Query parameters of the page, each with one or more values.")
        Map<String, List<String>> params,
    @JsonPropertyDescription("http or https.") @Default("http") Scheme scheme,
    @JsonPropertyDescription(
            "Time between two scrapes of a target. Scrapes of many targets are spread over it.")
        @DurationField
        @Default("15s")
        DurationText interval,
    @JsonPropertyDescription(
            "How long a scrape may take; at most the interval. Unset: 10s, or the interval where"
                + " that is shorter.")
        @DurationField
        @Nullable DurationText timeout,
    @JsonPropertyDescription(
            "Whether a label of the page wins over the target's label of the same name. Otherwise"
                + " the page's label is kept with exported_ before its name.")
        @Default("false")
        boolean honorLabels,
    @JsonPropertyDescription(
            "Whether timestamps of the page are used; otherwise the time of the scrape.")
        @Default("true")
        boolean honorTimestamps,
    @JsonPropertyDescription(
            "Whether series with timestamps of their own end with a staleness marker when the page"
                + " no longer has them.")
        @Default("false")
        boolean trackTimestampsStaleness,
    @JsonPropertyDescription(
            "Rules that change a target's labels, address, path and parameters or drop it, before"
                + " it is scraped.")
        @Size(max = 500)
        List<Relabeling> relabelings,
    @JsonPropertyDescription(
            "Rules that change the labels of scraped samples or drop them, before they are"
                + " stored.")
        @Size(max = 500)
        List<Relabeling> metricRelabelings,
    @JsonPropertyDescription("User name and password sent with every scrape.")
        @Nullable BasicAuth basicAuth,
    @JsonPropertyDescription("The Authorization header sent with every scrape.")
        @Nullable Authorization authorization,
    @JsonPropertyDescription("How https is spoken; unset: with the machine's own authorities.")
        @Nullable Tls tls,
    @JsonPropertyDescription("Bounds of one scrape; one that exceeds a bound fails as a whole.")
        @Default("{}")
        ScrapeLimits limits,
    @JsonPropertyDescription("Whether gzip is offered to the target.") @Default("true")
        boolean enableCompression,
    @JsonPropertyDescription("Whether redirects of the target are followed.") @Default("true")
        boolean followRedirects,
    @JsonPropertyDescription("The formats asked for, best first.")
        @Default("[\"OpenMetricsText1.0.0\",\"PrometheusText0.0.4\"]")
        @Size(min = 1, max = 10)
        List<ScrapeProtocol> scrapeProtocols,
    @JsonPropertyDescription(
            "The format assumed of a page that names none or an unknown one in Content-Type.")
        @Default("PrometheusText0.0.4")
        ScrapeProtocol fallbackScrapeProtocol,
    @JsonPropertyDescription(
            "Whether each target also gets scrape_timeout_seconds, scrape_sample_limit and"
                + " scrape_body_size_bytes.")
        @Default("false")
        boolean extraScrapeMetrics,
    @JsonPropertyDescription(
            "Whether native histograms are read. They are in PrometheusProto only, which is then"
                + " asked for first, unless scrapeProtocols has it at a place of its own.")
        @Default("false")
        boolean scrapeNativeHistograms,
    @JsonPropertyDescription(
            "Whether a histogram that is read as native one is read as classic one too, where the"
                + " page has both.")
        @Default("false")
        boolean scrapeClassicHistograms) {

  private static final Duration USUAL_TIMEOUT = Duration.ofSeconds(10);

  public ScrapeTargetSpec {
    // An object may leave these out.
    labels = labels == null ? Map.of() : Map.copyOf(labels);
    params = params == null ? Map.of() : Map.copyOf(params);
    relabelings = relabelings == null ? List.of() : List.copyOf(relabelings);
    metricRelabelings = metricRelabelings == null ? List.of() : List.copyOf(metricRelabelings);
    scrapeProtocols = List.copyOf(scrapeProtocols);
  }

  /** The timeout in force: the one set, or 10 s but never more than the interval. */
  public Duration effectiveTimeout() {
    if (timeout != null) {
      return timeout.value();
    }
    Duration every = interval.value();
    return every.compareTo(USUAL_TIMEOUT) < 0 ? every : USUAL_TIMEOUT;
  }

  /** How a target is asked. */
  public enum Scheme {
    @JsonProperty("http")
    HTTP,
    @JsonProperty("https")
    HTTPS
  }

  /** A format of a page of metrics. */
  public enum ScrapeProtocol {
    @JsonProperty("PrometheusProto")
    PROMETHEUS_PROTO,
    @JsonProperty("OpenMetricsText1.0.0")
    OPEN_METRICS_1_0_0,
    @JsonProperty("PrometheusText0.0.4")
    PROMETHEUS_TEXT_0_0_4
  }

  /** Targets given by address. */
  public record StaticTargets(
      @JsonPropertyDescription("Addresses as host:port; the port may be left out.")
          @Required
          @Size(min = 1, max = 10_000)
          List<String> targets) {
    public StaticTargets {
      targets = List.copyOf(targets);
    }
  }

  /** Targets looked up in DNS. */
  public record DnsTargets(
      @JsonPropertyDescription("Names to look up; every address of the answers is a target.")
          @Required
          @Size(min = 1, max = 1000)
          List<String> names,
      @JsonPropertyDescription(
              "Which records to ask for. SRV records bring the port; A and AAAA need one.")
          @Default("SRV")
          DnsType type,
      @JsonPropertyDescription("The port of A and AAAA records; unset: the port of the spec.")
          @Min(1)
          @Max(65_535)
          @Nullable Integer port,
      @JsonPropertyDescription("Time between two look-ups.") @DurationField @Default("30s")
          DurationText refreshInterval) {
    public DnsTargets {
      names = List.copyOf(names);
    }
  }

  /** A type of DNS record. */
  public enum DnsType {
    A,
    AAAA,
    SRV
  }

  /** Targets listed in files. */
  public record FileTargets(
      @JsonPropertyDescription(
              "Paths of JSON or YAML files in the form of Prometheus file_sd; the last part may hold"
                  + " one *. Files are read again when they change.")
          @Required
          @Size(min = 1, max = 1000)
          List<String> paths,
      @JsonPropertyDescription("Time after which files are read again in any case.")
          @DurationField
          @Default("5m")
          DurationText refreshInterval) {
    public FileTargets {
      paths = List.copyOf(paths);
    }
  }

  /** User name and password. The password is given once: in place or in a file. */
  @ValidationRule(
      value = "!(has(self.password) && has(self.passwordFile))",
      message = "password and passwordFile exclude each other",
      fieldPath = ".passwordFile")
  public record BasicAuth(
      @JsonPropertyDescription("The user name.") @Required String username,
      @JsonPropertyDescription("The password. Prefer passwordFile: resources are not secret.")
          @Nullable String password,
      @JsonPropertyDescription("A file with the password, read again when it changes.")
          @Nullable String passwordFile) {
    /** Without the password. */
    @Override
    public String toString() {
      return "BasicAuth[username=%s]".formatted(username);
    }
  }

  /** An Authorization header, such as a bearer token's. */
  @ValidationRule(
      value = "has(self.credentials) != has(self.credentialsFile)",
      message = "exactly one of credentials and credentialsFile is needed")
  public record Authorization(
      @JsonPropertyDescription("The word before the credentials.")
          @Default("Bearer")
          @Pattern("^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")
          @Size(max = 100)
          String type,
      @JsonPropertyDescription("The credentials. Prefer credentialsFile: resources are not secret.")
          @Nullable String credentials,
      @JsonPropertyDescription("A file with the credentials, read again when it changes.")
          @Nullable String credentialsFile) {
    /** Without the credentials. */
    @Override
    public String toString() {
      return "Authorization[type=%s]".formatted(type);
    }
  }

  /** How https is spoken. Files are PEM and read again when they change. */
  @ValidationRule(
      value = "has(self.certFile) == has(self.keyFile)",
      message = "certFile and keyFile are needed together")
  public record Tls(
      @JsonPropertyDescription("Certificates of the authorities that are trusted, PEM.")
          @Nullable String caFile,
      @JsonPropertyDescription("The certificate shown to the target, PEM.")
          @Nullable String certFile,
      @JsonPropertyDescription("The key of that certificate, PEM.") @Nullable String keyFile,
      @JsonPropertyDescription("The name expected in the target's certificate, unset: its host.")
          @Nullable String serverName,
      @JsonPropertyDescription(
              "Whether the target's certificate goes unchecked. Anybody in between can then answer"
                  + " for it.")
          @Default("false")
          boolean insecureSkipVerify) {}

  /** Bounds of one scrape; unset ones do not bind. */
  public record ScrapeLimits(
      @JsonPropertyDescription("Bytes of the page after decompression.") @SizeField @Default("64MB")
          SizeText bodySize,
      @JsonPropertyDescription("Samples left after metricRelabelings.")
          @Min(1)
          @Max(Integer.MAX_VALUE)
          @Nullable Integer samples,
      @JsonPropertyDescription("Labels of one sample.") @Min(1) @Max(Integer.MAX_VALUE)
          @Nullable Integer labels,
      @JsonPropertyDescription("Bytes of a label name.") @Min(1) @Max(Integer.MAX_VALUE)
          @Nullable Integer labelNameLength,
      @JsonPropertyDescription("Bytes of a label value.") @Min(1) @Max(Integer.MAX_VALUE)
          @Nullable Integer labelValueLength,
      @JsonPropertyDescription(
              "Targets left after relabelings; above it none of this ScrapeTarget is scraped.")
          @Min(1)
          @Max(Integer.MAX_VALUE)
          @Nullable Integer targets) {}
}
