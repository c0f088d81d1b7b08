package dev.vedette.crds.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.crds.MetricsCluster;
import dev.vedette.crds.MetricsClusterSpec;
import dev.vedette.crds.Relabeling;
import dev.vedette.crds.ScrapeTarget;
import dev.vedette.crds.ScrapeTargetSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResourceLoaderTest {
  private static final String TARGET =
      """
      apiVersion: vedette.dev/v1alpha1
      kind: ScrapeTarget
      metadata:
        name: api
      spec:
        static:
          targets: ["localhost:8080"]
      """;

  private final ResourceLoader loader = new ResourceLoader();

  private List<String> problems(String text) {
    return loader.loadText("x.yaml", text).problems().stream().map(Problem::toString).toList();
  }

  private ScrapeTargetSpec target(String text) {
    Loaded loaded = loader.loadText("x.yaml", text);
    assertThat(loaded.problems()).isEmpty();
    return loaded.of(ScrapeTarget.class).getFirst().getSpec();
  }

  @Test
  void anEmptyClusterHasAllDefaults() {
    Loaded loaded =
        loader.loadText(
            "x.yaml",
            """
            apiVersion: vedette.dev/v1alpha1
            kind: MetricsCluster
            metadata:
              name: main
            """);

    assertThat(loaded.problems()).isEmpty();
    MetricsCluster cluster = loaded.of(MetricsCluster.class).getFirst();
    assertThat(cluster.getMetadata().getNamespace()).isEqualTo("default");
    MetricsClusterSpec spec = cluster.getSpec();
    assertThat(spec.storage().retention().value()).isEqualTo(Duration.ofDays(15));
    assertThat(spec.storage().shards()).isNull();
    assertThat(spec.limits().maxSeries()).isEqualTo(2_000_000);
    assertThat(spec.limits().exemptLabels()).contains("instance", "le");
    assertThat(spec.limits().samplesPerSecond()).isNull();
    assertThat(spec.selfMonitoring().enabled()).isTrue();
    assertThat(spec.profile()).isEqualTo(MetricsClusterSpec.Profile.STANDALONE);
  }

  @Test
  void aFullScrapeTargetIsReadAsWritten() {
    ScrapeTargetSpec spec =
        target(
            """
            apiVersion: vedette.dev/v1alpha1
            kind: ScrapeTarget
            metadata: {name: full, namespace: team-a}
            spec:
              static: {targets: ["10.0.0.1:80", "[::1]:9100", "host"]}
              dns: {names: [_http._tcp.example.org], type: SRV}
              files: {paths: [/etc/targets/*.json]}
              labels: {team: a}
              port: 9100
              path: /stats
              params: {module: [a, b]}
              scheme: https
              interval: 1m30s
              timeout: 20s
              honorLabels: true
              relabelings:
              - sourceLabels: [__address__]
                regex: '(.*):.*'
                targetLabel: host
              - action: labeldrop
                regex: __meta_.*
              metricRelabelings:
              - {action: hashmod, sourceLabels: [a], modulus: 4, targetLabel: shard}
              basicAuth: {username: u, password: p}
              tls: {caFile: /ca.pem, serverName: x}
              limits: {bodySize: 10MB, samples: 1000}
              scrapeProtocols: [PrometheusProto, PrometheusText0.0.4]
              scrapeNativeHistograms: true
            """);

    assertThat(spec.fixed().targets()).containsExactly("10.0.0.1:80", "[::1]:9100", "host");
    assertThat(spec.scheme()).isEqualTo(ScrapeTargetSpec.Scheme.HTTPS);
    assertThat(spec.effectiveTimeout()).isEqualTo(Duration.ofSeconds(20));
    assertThat(spec.relabelings().get(1).action()).isEqualTo(Relabeling.Action.LABELDROP);
    assertThat(spec.relabelings().get(0).replacement()).isEqualTo("$1");
    assertThat(spec.metricRelabelings().get(0).modulus()).isEqualTo(4);
    assertThat(spec.limits().bodySize().bytes()).isEqualTo(10 << 20);
    assertThat(spec.scrapeProtocols())
        .containsExactly(
            ScrapeTargetSpec.ScrapeProtocol.PROMETHEUS_PROTO,
            ScrapeTargetSpec.ScrapeProtocol.PROMETHEUS_TEXT_0_0_4);
    assertThat(spec.scrapeNativeHistograms()).isTrue();
    assertThat(spec.scrapeClassicHistograms()).isFalse();
    assertThat(spec.params()).containsEntry("module", List.of("a", "b"));
    assertThat(spec.toString()).contains("username=u").doesNotContain("password=p");
  }

  @Test
  void theTimeoutIsNeverLongerThanTheInterval() {
    assertThat(target(TARGET + "  interval: 5s\n").effectiveTimeout()).hasSeconds(5);
    assertThat(target(TARGET + "  interval: 1m\n").effectiveTimeout()).hasSeconds(10);
    assertThat(problems(TARGET + "  interval: 5s\n  timeout: 6s\n"))
        .containsExactly(
            "x.yaml:9:3 spec.timeout: found 6s, longer than the interval of 5s; expected at most"
                + " the interval; lower timeout or raise interval");
  }

  @Test
  void allProblemsOfAllDocumentsComeAtOnce() {
    String text =
        """
        apiVersion: vedette.dev/v1alpha1
        kind: ScrapeTarget
        metadata:
          name: Bad_Name
        spec:
          static:
            targets: [http://x/metrics]
          intervall: 15s
          timeout: 15 s
          honorLabels: yes
          port: 70000
        ---
        apiVersion: vedette.dev/v1
        kind: ScrapTarget
        metadata: {name: x}
        ---
        just text
        ---
        apiVersion: vedette.dev/v1alpha1
        kind: MetricsCluster
        metadata: {name: main}
        spec:
          retention: 15d
          profile: standalone
          limits: {maxSeries: many, labelValuesWarning: 0}
        """;

    assertThat(problems(text))
        .containsExactly(
            "x.yaml:4:9 metadata.name: found the text \"Bad_Name\"; expected a name of lower-case"
                + " letters, digits, - and .",
            "x.yaml:8:3 spec.intervall: there is no such field; expected one of authorization,"
                + " basicAuth, dns, enableCompression, extraScrapeMetrics, fallbackScrapeProtocol, files,"
                + " followRedirects, honorLabels, honorTimestamps, interval, labels, limits,"
                + " metricRelabelings, params, path, port, relabelings, scheme,"
                + " scrapeClassicHistograms, scrapeNativeHistograms, scrapeProtocols, static, timeout,"
                + " tls, trackTimestampsStaleness; did you mean interval?",
            "x.yaml:9:12 spec.timeout: found the text \"15 s\"; expected a duration such as 30s, 5m,"
                + " 1h30m or 15d",
            "x.yaml:10:16 spec.honorLabels: found the text \"yes\"; expected true or false",
            "x.yaml:11:9 spec.port: found the number 70000; expected a whole number from 1 to 65535",
            "x.yaml:13:1 apiVersion: found \"vedette.dev/v1\"; expected vedette.dev/v1alpha1",
            "x.yaml:14:1 kind: found \"ScrapTarget\"; expected one of MetricsCluster, ScrapeTarget;"
                + " did you mean ScrapeTarget?",
            "x.yaml:17:1 found the text \"just text\"; expected an object with apiVersion, kind,"
                + " metadata and spec",
            "x.yaml:23:3 spec.retention: there is no such field; expected one of limits, profile,"
                + " query, selfMonitoring, storage, tenancy; did you mean spec.storage.retention?",
            "x.yaml:24:12 spec.profile: found the text \"standalone\"; expected one of Standalone;"
                + " did you mean Standalone?",
            "x.yaml:25:23 spec.limits.maxSeries: found the text \"many\"; expected a whole number"
                + " from 1 to 2000000000",
            "x.yaml:25:49 spec.limits.labelValuesWarning: found the number 0; expected a whole"
                + " number from 1 to 2000000000");
  }

  @Test
  void aMisspeltFieldHidesNothingOfWhatElseIsWrong() {
    assertThat(
            problems(
                TARGET
                    + """
                        intervall: 5s
                        timeout: 99s
                        scheme: ftp
                        relabelings:
                        - sourceLabels: [__address__]
                          regex: "("
                          targetLabel: instance
                      """))
        .satisfiesExactlyInAnyOrder(
            problem -> assertThat(problem).startsWith("x.yaml:8:3 spec.intervall: "),
            problem -> assertThat(problem).startsWith("x.yaml:9:").contains("timeout"),
            problem -> assertThat(problem).startsWith("x.yaml:10:").contains("scheme"),
            problem -> assertThat(problem).startsWith("x.yaml:13:").contains("regex"));
  }

  @Test
  void crossFieldProblemsComeWithTheirPlaces() {
    String text =
        TARGET.replace("[\"localhost:8080\"]", "[\"http://a:1/m\", b, b, \"c:0\"]")
            + """
              dns: {names: ["a b"], type: A}
              files: {paths: [targets.txt]}
              labels: {"": x}
              relabelings:
              - {action: replace, sourceLabels: [a]}
              - {action: keep, regex: "(?=x)"}
              - {action: hashmod, targetLabel: t}
              - {action: labeldrop, sourceLabels: [a]}
              basicAuth: {username: u, password: p, passwordFile: f}
              authorization: {type: Basic}
              tls: {certFile: c.pem}
            """;

    assertThat(problems(text))
        .containsExactly(
            "x.yaml:7:15 spec.static.targets[0]: found \"http://a:1/m\"; expected an address as"
                + " host:port; scheme and path are fields of their own: spec.scheme, spec.path",
            "x.yaml:7:34 spec.static.targets[2]: \"b\" is in the list twice; remove one",
            "x.yaml:7:37 spec.static.targets[3]: found \"c:0\"; expected an address as host:port",
            "x.yaml:8:3 spec.dns: records of type A name no port; expected a port; set spec.dns.port"
                + " or spec.port",
            "x.yaml:8:17 spec.dns.names[0]: found \"a b\"; expected a DNS name without a port",
            "x.yaml:9:19 spec.files.paths[0]: found \"targets.txt\"; expected a path that ends in"
                + " .json, .yml or .yaml, with at most one * in its last part",
            "x.yaml:10:12 spec.labels[\"\"]: the label name is empty; expected a label name, such as"
                + " team or app.kubernetes.io/name",
            "x.yaml:12:5 spec.relabelings[0]: replace has no targetLabel; expected a label name; set"
                + " targetLabel",
            "x.yaml:13:20 spec.relabelings[1].regex: \"(?=x)\" does not compile: invalid or"
                + " unsupported Perl syntax; expected an RE2 expression; RE2 has no look-around and"
                + " no back-references",
            "x.yaml:14:5 spec.relabelings[2]: hashmod has no modulus; expected a whole number; set"
                + " modulus",
            "x.yaml:15:25 spec.relabelings[3].sourceLabels: labeldrop takes no sourceLabels; remove"
                + " it",
            "x.yaml:16:41 spec.basicAuth.passwordFile: the password is given in place as well;"
                + " expected password or passwordFile; remove one",
            "x.yaml:17:3 spec.authorization: basicAuth is given as well, and both write the"
                + " Authorization header; expected one of them; remove one",
            "x.yaml:17:3 spec.authorization: there are no credentials; expected credentials or"
                + " credentialsFile",
            "x.yaml:17:19 spec.authorization.type: found \"Basic\"; use spec.basicAuth",
            "x.yaml:18:9 spec.tls.certFile: certFile stands alone; expected certFile and keyFile"
                + " together");
  }

  @Test
  void oneBadDocumentNeverStopsAnother() {
    Loaded loaded =
        loader.loadText("x.yaml", "a: [1, 2\n--- # next\n" + TARGET + "---\nkind: {}\n");

    assertThat(loaded.of(ScrapeTarget.class)).hasSize(1);
    assertThat(loaded.objects().getFirst().at()).isEqualTo(new Position(3, 1));
    assertThat(loaded.problems().getFirst().toString()).startsWith("x.yaml:2:1 not valid YAML: ");
  }

  @Test
  void fieldsGivenTwiceAndMissingOnesAreNamed() {
    assertThat(problems(TARGET.replace("  name: api\n", "  namespace: a\n  namespace: b\n")))
        .containsExactly(
            "x.yaml:4:3 metadata.name: the field is missing; expected a name of lower-case letters,"
                + " digits, - and .; add it",
            "x.yaml:5:3 namespace: the field is given twice, first in line 4; remove one");
    assertThat(problems(TARGET.replace("\"localhost:8080\"", "")))
        .containsExactly("x.yaml:7:14 spec.static.targets: found 0 items; expected 1 to 10000");
  }

  @Test
  void textsThatLookLikeOtherTypesAreToBeQuoted() {
    assertThat(problems(TARGET + "  labels: {a: 1, b: true, c: on, d: }\n"))
        .containsExactly(
            "x.yaml:8:15 spec.labels.a: found the number 1; expected a text; write it in quotes:"
                + " \"1\"",
            "x.yaml:8:21 spec.labels.b: found the boolean true; expected a text; write it in quotes:"
                + " \"true\"",
            "x.yaml:8:30 spec.labels.c: found the boolean on; expected a text; write it in quotes:"
                + " \"on\"",
            "x.yaml:8:36 spec.labels.d: found nothing; expected a text");
  }

  @Test
  void twoObjectsOfOneNameAreNotedAndTheFirstStays(@TempDir Path folder) throws IOException {
    Files.writeString(folder.resolve("a.yaml"), TARGET + "---\n" + TARGET);
    Files.createDirectories(folder.resolve("sub/.hidden"));
    Files.writeString(folder.resolve("sub/b.yml"), TARGET);
    Files.writeString(folder.resolve("sub/.hidden/c.yml"), "not read");
    Files.writeString(folder.resolve("notes.txt"), "not read");

    Loaded loaded = loader.load(List.of(folder));

    assertThat(loaded.objects()).hasSize(1);
    assertThat(loaded.objects().getFirst().file()).endsWith("a.yaml");
    assertThat(loaded.problems())
        .extracting(
            problem ->
                folder.relativize(Path.of(problem.file()))
                    + " "
                    + problem.at()
                    + " "
                    + problem.what().replace(folder.toString(), ""))
        .containsExactly(
            "a.yaml 9:1 ScrapeTarget default/api is given twice, first at /a.yaml:1:1",
            "sub/b.yml 1:1 ScrapeTarget default/api is given twice, first at /a.yaml:1:1");
  }

  @Test
  void jsonAndListsOfObjectsAreReadToo() {
    String json =
        """
        {"apiVersion": "v1", "kind": "List", "items": [
        \t{"apiVersion": "vedette.dev/v1alpha1", "kind": "ScrapeTarget",
        \t "metadata": {"name": "a", "labels": {"x": "\\u00e9\\/"}},
        \t "spec": {"static": {"targets": ["a:1"]}},
        \t "status": {"targetsUp": 1}}]}
        """;

    Loaded loaded = loader.loadText("x.json", json);

    assertThat(loaded.problems()).isEmpty();
    assertThat(loaded.of(ScrapeTarget.class).getFirst().getMetadata().getLabels())
        .containsEntry("x", "é/");
  }

  @Test
  void anchorsAndMergesWork() {
    ScrapeTargetSpec spec =
        target(
            TARGET
                + "  labels: &l {a: x}\n  params: {p: &p [\"1\"], q: *p}\n  limits: {<<: {samples: 5}, labels: 3}\n");

    assertThat(spec.params()).containsEntry("q", List.of("1"));
    assertThat(spec.limits().samples()).isEqualTo(5);
  }

  @Test
  void whatWouldExhaustMemoryOrStackIsRefused() {
    StringBuilder bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 20; i++) {
      bomb.append("a%d: &a%d [%s]\n".formatted(i, i, ("*a" + (i - 1) + ", ").repeat(10)));
    }
    String deep = "a: " + "[".repeat(100_000);
    String chain = "a0: &a0 [x]\n";
    for (int i = 1; i < 200; i++) {
      chain += "a%d: &a%d [*a%d]\n".formatted(i, i, i - 1);
    }
    String large = "# " + "x".repeat(FileReader.MAX_BYTES);

    assertThat(problems(bomb.toString()))
        .singleElement()
        .asString()
        .contains("more than 500000 values");
    assertThat(problems(deep)).singleElement().asString().contains("nested more than 100 deep");
    assertThat(problems(chain)).singleElement().asString().contains("nested more than 100 deep");
    assertThat(problems("a: &a [*a]")).singleElement().asString().contains("no anchor before it");
    assertThat(problems(large)).singleElement().asString().contains("more than 3145728 bytes");
    assertThat(problems(TARGET + "  port: " + "9".repeat(2_000_000)))
        .singleElement()
        .asString()
        .contains("spec.port");
  }

  @Test
  void namesOfPrometheusConfigurationLeadToOurs() {
    assertThat(problems(TARGET + "  scrape_interval: 5s\n"))
        .singleElement()
        .asString()
        .endsWith("did you mean interval?");
    assertThat(problems(TARGET + "  sample_limit: 5\n"))
        .singleElement()
        .asString()
        .endsWith("did you mean spec.limits.samples?");
    assertThat(problems(TARGET + "  frobnicate: 5\n"))
        .singleElement()
        .asString()
        .endsWith("; remove it");
  }

  @Test
  void filesThatAreMissingOrNotTextAreProblemsOfTheirOwn(@TempDir Path folder) throws IOException {
    Path binary = Files.write(folder.resolve("b.yaml"), new byte[] {(byte) 0xff, 0});
    Path missing = folder.resolve("missing.yaml");

    assertThat(loader.load(List.of(binary, missing)).problems())
        .extracting(Problem::what)
        .containsExactly("the file is not UTF-8 text", "there is no such file or folder");
  }
}
