package dev.vedette.ingester.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vedette.ingester.discovery.DnsDiscovery.RecordType;
import dev.vedette.model.Labels;
import dev.vedette.model.TargetSource.FailedPlace;
import dev.vedette.testkit.FakeClock;
import dev.vedette.testkit.FakeTicker;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiscoveryTest {
  private static final Duration INTERVAL = Duration.ofSeconds(30);

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final DiscoveryMetrics metrics = new DiscoveryMetrics(registry);
  private final FakeClock clock = new FakeClock(Instant.ofEpochSecond(1_000));
  private final FakeTicker ticker = new FakeTicker();
  private final FakeResolver dns = new FakeResolver();

  @TempDir Path folder;

  @Test
  void addressesBecomeTargetsWithTheGivenPort() {
    dns.addresses.put("api.example", List.of("10.0.0.2", "10.0.0.1"));

    Discovery discovery = dns(RecordType.A, "api.example");

    assertThat(labels(discovery))
        .containsExactly(
            Labels.of("__address__", "10.0.0.1:8080", "__meta_dns_name", "api.example"),
            Labels.of("__address__", "10.0.0.2:8080", "__meta_dns_name", "api.example"));
  }

  @Test
  void ipv6AddressesAreBracketed() {
    dns.addresses.put("api.example", List.of("fd00::1"));

    assertThat(labels(dns(RecordType.AAAA, "api.example")))
        .extracting(labels -> labels.get("__address__"))
        .containsExactly("[fd00::1]:8080");
  }

  @Test
  void serviceRecordsBringTheirOwnPort() {
    dns.services.put("_web._tcp.example", List.of(new DnsResolver.Service("a.example", 9100)));

    assertThat(labels(dns(RecordType.SRV, "_web._tcp.example")))
        .containsExactly(
            Labels.of(
                "__address__",
                "a.example:9100",
                "__meta_dns_name",
                "_web._tcp.example",
                "__meta_dns_srv_record_target",
                "a.example.",
                "__meta_dns_srv_record_port",
                "9100"));
  }

  @Test
  void aNameThatFailsKeepsItsLastTargetsAndOthersGoOn() {
    dns.addresses.put("a.example", List.of("10.0.0.1"));
    dns.addresses.put("b.example", List.of("10.0.0.2"));
    Discovery discovery = dns(RecordType.A, "a.example", "b.example");
    discovery.look();

    dns.addresses.remove("a.example");
    dns.addresses.put("b.example", List.of("10.0.0.3"));

    assertThat(labels(discovery))
        .extracting(labels -> labels.get("__address__"))
        .containsExactly("10.0.0.1:8080", "10.0.0.3:8080");
    assertThat(failures("dns")).isEqualTo(1);
    assertThat(discovery.failures())
        .singleElement()
        .satisfies(
            place -> {
              assertThat(place.name()).isEqualTo("a.example");
              assertThat(place.reason()).contains("no answer for a.example");
              assertThat(place.wayOut()).contains("name servers");
              assertThat(place.targetsKept()).isEqualTo(1);
            });
  }

  @Test
  void anUnchangedAnswerIsTheSameList() {
    dns.addresses.put("a.example", List.of("10.0.0.1", "10.0.0.2"));
    Discovery discovery = dns(RecordType.A, "a.example");
    List<TargetGroup> first = discovery.look();

    dns.addresses.put("a.example", List.of("10.0.0.2", "10.0.0.1"));

    assertThat(discovery.look()).isSameAs(first);
  }

  @Test
  void serviceRecordsAreReadAndBadOnesSaySo() throws IOException {
    assertThat(SystemDnsResolver.service("0 5 9100 node.example."))
        .isEqualTo(new DnsResolver.Service("node.example", 9100));
    assertThatThrownBy(() -> SystemDnsResolver.service("0 5"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("2 fields");
  }

  @Test
  void whatIsNoDnsNameIsNeverLookedUp() {
    SystemDnsResolver resolver = new SystemDnsResolver(List.of());

    assertThatThrownBy(() -> resolver.services("ldap://127.0.0.1/x"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("not a DNS name");
  }

  @Test
  void theMachinesResolverKnowsItself() throws IOException {
    assertThat(new SystemDnsResolver(List.of()).addresses("localhost", false))
        .containsExactly("127.0.0.1");
  }

  @Test
  void filesInJsonAndYamlGiveTargets() throws IOException {
    Path json =
        write("a.json", "[{\"targets\": [\"a:1\", \"b:2\"], \"labels\": {\"env\": \"x\"}}]");
    Path yaml = write("b.yml", "- targets: ['c:3']\n  labels: {rack: 7}\n- targets: []\n");

    assertThat(labels(files("a*.json")))
        .containsExactly(target("a:1", json, "env", "x"), target("b:2", json, "env", "x"));
    assertThat(labels(files("*.yml"))).containsExactly(target("c:3", yaml, "rack", "7"));
  }

  @Test
  void aFolderThatCannotBeListedIsCountedAndItsTargetsStay() throws IOException {
    Path real = Files.createDirectory(folder.resolve("real"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), real);
    write("real/a.json", "[{\"targets\": [\"a:1\"]}]");
    Discovery discovery = files("link/*.json");
    assertThat(labels(discovery)).hasSize(1);

    Files.delete(link);
    // Led in a circle, which even root cannot list.
    Files.createSymbolicLink(link, link);

    assertThat(labels(discovery)).hasSize(1);
    assertThat(failures("file")).as("the folder, and the file in it").isEqualTo(2);
    assertThat(discovery.failures())
        .extracting(FailedPlace::name)
        .containsExactlyInAnyOrder(
            link.resolve("*.json").toString(), link.resolve("a.json").toString());
    assertThat(discovery.failures())
        .filteredOn(place -> place.name().endsWith("*.json"))
        .singleElement()
        .satisfies(
            place -> {
              assertThat(place.reason()).startsWith("the folder cannot be listed: ");
              assertThat(place.wayOut()).startsWith("let the server's user list it");
            });
    Files.delete(link);
    assertThat(labels(discovery)).isEmpty();
    assertThat(failures("file")).isEqualTo(2);
    assertThat(discovery.failures()).isEmpty();
  }

  @Test
  void aFileThatBreaksKeepsItsLastTargetsUntilItIsMended() throws IOException {
    Path file = write("a.json", "[{\"targets\": [\"a:1\"]}]");
    Discovery discovery = files("a.json");
    discovery.look();

    replace(file, "[{\"targets\": [\"a:", 1);
    assertThat(labels(discovery)).containsExactly(target("a:1", file));
    assertThat(failures("file")).isEqualTo(1);
    assertThat(discovery.failures())
        .singleElement()
        .satisfies(place -> assertThat(place.reason()).contains("line 1, column "));

    clock.advance(INTERVAL);
    replace(file, "[{\"target\": [\"a:1\"]}]", 2);
    discovery.look();
    assertThat(discovery.failures())
        .singleElement()
        .satisfies(
            place -> {
              assertThat(place.mechanism()).isEqualTo("file");
              assertThat(place.name()).isEqualTo(file.toString());
              assertThat(place.reason()).as("the newest").contains("\"target\"");
              assertThat(place.wayOut()).startsWith("correct it");
              assertThat(place.since()).as("the first").isEqualTo(Instant.ofEpochSecond(1_000));
              assertThat(place.targetsKept()).isEqualTo(1);
            });

    replace(file, "[{\"targets\": [\"b:1\"]}]", 3);
    assertThat(labels(discovery)).containsExactly(target("b:1", file));
    assertThat(discovery.failures()).isEmpty();
  }

  @Test
  void aFileWithATargetThatIsNothingFailsAsAWhole() throws IOException {
    write("a.yml", "- targets: ['a:1']\n- targets: [~]\n");
    Discovery discovery = files("a.yml");

    assertThat(discovery.look()).isEmpty();
    assertThat(discovery.failures())
        .singleElement()
        .satisfies(place -> assertThat(place.reason()).endsWith("a.yml has an empty target"));
  }

  @Test
  void whatAFileSaysAtLengthIsCutShort() throws IOException {
    write("a.json", "[{\"%s\": 1}]".formatted("x".repeat(900)));
    Discovery discovery = files("a.json");
    discovery.look();

    assertThat(discovery.failures())
        .singleElement()
        .satisfies(place -> assertThat(place.reason()).hasSize(501).endsWith("…"));
  }

  @Test
  void aFileThatGoesTakesItsTargetsAlong() throws IOException {
    Path file = write("a.json", "[{\"targets\": [\"a:1\"]}]");
    Discovery discovery = files("*.json");
    discovery.look();

    Files.delete(file);

    assertThat(discovery.look()).isEmpty();
    assertThat(failures("file")).isZero();
  }

  @Test
  void aFolderThatIsNotThereYetHasNoTargets() {
    Discovery discovery =
        new FileDiscovery(
            List.of(folder.resolve("later/*.json")), INTERVAL, clock, ticker, metrics);

    assertThat(discovery.look()).isEmpty();
  }

  @Test
  void onlyTheStarOfAPathMeansMoreThanItself() throws IOException {
    Path odd = write("a[1.json", "[{\"targets\": [\"a:1\"]}]");
    write("a1.json", "[{\"targets\": [\"b:1\"]}]");

    assertThat(labels(files("a[*.json"))).containsExactly(target("a:1", odd));
    assertThat(labels(files("a[1.json"))).containsExactly(target("a:1", odd));
    assertThat(labels(files("{a,b}*.json"))).isEmpty();
  }

  @Test
  void aFileThatDoesNotTellThatItChangedIsReadAgainAfterTheInterval() throws IOException {
    Path file = write("a.json", "[{\"targets\": [\"a:1\"]}]");
    FileTime time = Files.getLastModifiedTime(file);
    Discovery discovery = files("a.json");
    discovery.look();

    Files.writeString(file, "[{\"targets\": [\"b:1\"]}]");
    Files.setLastModifiedTime(file, time);
    assertThat(labels(discovery)).containsExactly(target("a:1", file));

    ticker.advance(INTERVAL);
    assertThat(labels(discovery)).containsExactly(target("b:1", file));
  }

  @Test
  void unknownFieldsOfAFileAreNamed() throws IOException {
    Path file = write("a.yml", "- target: ['a:1']\n");

    assertThatThrownBy(() -> TargetFile.read(file, Files.size(file)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("a.yml")
        .hasMessageContaining("target");
  }

  @Test
  void aTargetsOwnLabelsWinOverItsGroups() {
    Labels target = Labels.of("__address__", "a:1", "env", "own");
    TargetGroup group =
        new TargetGroup("x", List.of(target), Labels.of("env", "group", "rack", "7"));

    assertThat((Object) group.labelsOf(target))
        .isEqualTo(Labels.of("__address__", "a:1", "env", "own", "rack", "7"));
  }

  private Discovery dns(RecordType type, String... names) {
    return new DnsDiscovery(List.of(names), type, 8080, INTERVAL, dns, clock, metrics);
  }

  private Discovery files(String pattern) {
    return new FileDiscovery(List.of(folder.resolve(pattern)), INTERVAL, clock, ticker, metrics);
  }

  private static List<Labels> labels(Discovery discovery) {
    List<Labels> labels = new ArrayList<>();
    for (TargetGroup group : discovery.look()) {
      group.targets().forEach(target -> labels.add(group.labelsOf(target)));
    }
    return labels;
  }

  private static Labels target(String address, Path file, String... more) {
    Labels.Builder labels = Labels.of(more).toBuilder();
    return labels.set("__address__", address).set("__meta_filepath", file.toString()).build();
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  /** Sets the file's time by hand: two writes within one tick of the disk's clock look alike. */
  private static void replace(Path file, String text, int seconds) throws IOException {
    Files.writeString(file, text);
    Files.setLastModifiedTime(file, FileTime.fromMillis(seconds * 1000L));
  }

  private double failures(String mechanism) {
    return registry.scrape().stream()
        .filter(family -> family.getMetadata().getName().endsWith("discovery_failures"))
        .flatMap(family -> family.getDataPoints().stream())
        .filter(point -> mechanism.equals(point.getLabels().get("mechanism")))
        .map(
            io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot.class
                ::cast)
        .mapToDouble(point -> point.getValue())
        .sum();
  }

  private static final class FakeResolver implements DnsResolver {
    final Map<String, List<String>> addresses = new HashMap<>();
    final Map<String, List<Service>> services = new HashMap<>();

    @Override
    public List<String> addresses(String name, boolean ipv6) throws IOException {
      return found(addresses.get(name), name);
    }

    @Override
    public List<Service> services(String name) throws IOException {
      return found(services.get(name), name);
    }

    private static <T> List<T> found(List<T> answer, String name) throws IOException {
      if (answer == null) {
        throw new IOException("no answer for " + name);
      }
      return answer;
    }
  }
}
