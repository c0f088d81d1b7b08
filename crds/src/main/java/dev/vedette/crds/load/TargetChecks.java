package dev.vedette.crds.load;

import dev.vedette.crds.ScrapeTargetSpec;
import dev.vedette.crds.ScrapeTargetSpec.Authorization;
import dev.vedette.crds.ScrapeTargetSpec.BasicAuth;
import dev.vedette.crds.ScrapeTargetSpec.DnsTargets;
import dev.vedette.crds.ScrapeTargetSpec.DnsType;
import dev.vedette.crds.ScrapeTargetSpec.FileTargets;
import dev.vedette.crds.ScrapeTargetSpec.Tls;
import dev.vedette.crds.value.DurationText;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** What a schema cannot say of a ScrapeTarget. */
final class TargetChecks {
  private static final FieldPath SPEC = FieldPath.ROOT.field("spec");

  /** A host name, an IPv4 address or an IPv6 address in brackets, and a port or none. */
  private static final Pattern ADDRESS =
      Pattern.compile("(?:[A-Za-z0-9_]([A-Za-z0-9_.-]*)|\\[[0-9A-Fa-f:.%]+])(?::([0-9]{1,5}))?");

  private static final Pattern DNS_NAME = Pattern.compile("[A-Za-z0-9_]([A-Za-z0-9_.-]*)");
  private static final Pattern FILE = Pattern.compile("[^*]*(/[^/]*)?\\.(json|yml|yaml)");

  private static final int MAX_PORT = 65_535;

  private TargetChecks() {}

  static void check(ScrapeTargetSpec spec, Findings findings) {
    discovery(spec, findings);
    timing(spec, findings);
    labelNames(spec, findings);
    authentication(spec, findings);
    tls(spec, findings);
    RelabelChecks.check(spec.relabelings(), SPEC.field("relabelings"), findings);
    RelabelChecks.check(spec.metricRelabelings(), SPEC.field("metricRelabelings"), findings);
  }

  private static void discovery(ScrapeTargetSpec spec, Findings findings) {
    if (spec.fixed() == null && spec.dns() == null && spec.files() == null) {
      findings.add(
          SPEC,
          "nothing says where targets are",
          "one of static, dns, files",
          "add static: {targets: [\"host:port\"]}, for instance");
    }
    if (spec.fixed() != null) {
      addresses(spec.fixed().targets(), SPEC.field("static").field("targets"), findings);
    }
    if (spec.dns() != null) {
      dns(spec, spec.dns(), findings);
    }
    if (spec.files() != null) {
      files(spec.files(), findings);
    }
  }

  private static void addresses(List<String> targets, FieldPath path, Findings findings) {
    for (int i = 0; i < targets.size(); i++) {
      String target = targets.get(i);
      String wayOut =
          target.contains("://") || target.contains("/")
              ? "scheme and path are fields of their own: spec.scheme, spec.path"
              : "";
      if (!isAddress(target)) {
        findings.add(
            path.item(i), "found \"%s\"".formatted(target), "an address as host:port", wayOut);
      } else if (targets.indexOf(target) < i) {
        findings.add(
            path.item(i), "\"%s\" is in the list twice".formatted(target), "", "remove one");
      }
    }
  }

  private static boolean isAddress(String text) {
    var matcher = ADDRESS.matcher(text);
    if (!matcher.matches()) {
      return false;
    }
    String port = matcher.group(2);
    return port == null || (Integer.parseInt(port) >= 1 && Integer.parseInt(port) <= MAX_PORT);
  }

  private static void dns(ScrapeTargetSpec spec, DnsTargets dns, Findings findings) {
    FieldPath path = SPEC.field("dns");
    for (int i = 0; i < dns.names().size(); i++) {
      if (!DNS_NAME.matcher(dns.names().get(i)).matches()) {
        findings.add(
            path.field("names").item(i),
            "found \"%s\"".formatted(dns.names().get(i)),
            "a DNS name without a port");
      }
    }
    if (dns.type() != DnsType.SRV && dns.port() == null && spec.port() == null) {
      findings.add(
          path,
          "records of type %s name no port".formatted(dns.type()),
          "a port",
          "set spec.dns.port or spec.port");
    }
    findings.atLeast(path.field("refreshInterval"), dns.refreshInterval(), "1s");
  }

  private static void files(FileTargets files, Findings findings) {
    FieldPath path = SPEC.field("files");
    for (int i = 0; i < files.paths().size(); i++) {
      String file = files.paths().get(i);
      String last = file.substring(file.lastIndexOf('/') + 1);
      boolean oneStar = last.indexOf('*') == last.lastIndexOf('*');
      if (!FILE.matcher(file.replace(last, last.replace("*", ""))).matches() || !oneStar) {
        findings.add(
            path.field("paths").item(i),
            "found \"%s\"".formatted(file),
            "a path that ends in .json, .yml or .yaml, with at most one * in its last part");
      }
    }
    findings.atLeast(path.field("refreshInterval"), files.refreshInterval(), "1s");
  }

  private static void timing(ScrapeTargetSpec spec, Findings findings) {
    findings.atLeast(SPEC.field("interval"), spec.interval(), "100ms");
    DurationText timeout = spec.timeout();
    if (timeout != null) {
      findings.atLeast(SPEC.field("timeout"), timeout, "10ms");
      if (timeout.compareTo(spec.interval()) > 0) {
        findings.add(
            SPEC.field("timeout"),
            "found %s, longer than the interval of %s".formatted(timeout, spec.interval()),
            "at most the interval",
            "lower timeout or raise interval");
      }
    }
  }

  private static void labelNames(ScrapeTargetSpec spec, Findings findings) {
    for (String name : spec.labels().keySet()) {
      LabelNames.problem(name)
          .ifPresent(
              what -> findings.add(SPEC.field("labels").field(name), what, LabelNames.EXPECTED));
    }
  }

  private static void authentication(ScrapeTargetSpec spec, Findings findings) {
    BasicAuth basic = spec.basicAuth();
    Authorization authorization = spec.authorization();
    if (basic != null && authorization != null) {
      findings.add(
          SPEC.field("authorization"),
          "basicAuth is given as well, and both write the Authorization header",
          "one of them",
          "remove one");
    }
    if (basic != null && basic.password() != null && basic.passwordFile() != null) {
      findings.add(
          SPEC.field("basicAuth").field("passwordFile"),
          "the password is given in place as well",
          "password or passwordFile",
          "remove one");
    }
    if (authorization != null) {
      credentials(authorization, SPEC.field("authorization"), findings);
    }
  }

  private static void credentials(Authorization given, FieldPath path, Findings findings) {
    if (given.type().equalsIgnoreCase("basic")) {
      findings.add(
          path.field("type"), "found \"%s\"".formatted(given.type()), "", "use spec.basicAuth");
    }
    if (given.credentials() == null && given.credentialsFile() == null) {
      findings.add(path, "there are no credentials", "credentials or credentialsFile");
    } else if (given.credentials() != null && given.credentialsFile() != null) {
      findings.add(
          path.field("credentialsFile"),
          "the credentials are given in place as well",
          "credentials or credentialsFile",
          "remove one");
    }
  }

  private static void tls(ScrapeTargetSpec spec, Findings findings) {
    Tls tls = spec.tls();
    if (tls == null) {
      return;
    }
    Optional<String> lonely =
        tls.certFile() != null && tls.keyFile() == null
            ? Optional.of("certFile")
            : tls.certFile() == null && tls.keyFile() != null
                ? Optional.of("keyFile")
                : Optional.empty();
    lonely.ifPresent(
        field ->
            findings.add(
                SPEC.field("tls").field(field),
                "%s stands alone".formatted(field),
                "certFile and keyFile together"));
  }
}
