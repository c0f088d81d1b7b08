package dev.vedette.crds.settings;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.crds.MetricsCluster;
import dev.vedette.crds.load.Loaded;
import dev.vedette.crds.load.ResourceLoader;
import dev.vedette.crds.settings.ClusterSettings.QueryOverride;
import dev.vedette.model.TenantId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What single tenants may take, as a resource says it. */
class TenantOverridesTest {
  private static final String HEAD =
      """
      apiVersion: vedette.dev/v1alpha1
      kind: MetricsCluster
      metadata: {name: main}
      spec:
        query: {memory: 1GB}
        tenancy:
          overrides:
      """;

  private static Loaded load(String... overrides) {
    StringBuilder text = new StringBuilder(HEAD);
    for (String each : overrides) {
      text.append("      - ").append(each).append('\n');
    }
    return new ResourceLoader().loadText("x.yaml", text.toString());
  }

  private static Map<TenantId, QueryOverride> queries(Loaded loaded) {
    assertThat(loaded.problems()).isEmpty();
    return ClusterSettings.of(loaded.of(MetricsCluster.class).getFirst()).tenancy().queries();
  }

  /** What is wrong, without where that is written. */
  private static List<String> problems(Loaded loaded) {
    return loaded.problems().stream()
        .map(problem -> problem.toString().replaceFirst("^x.yaml:[0-9:]+ spec.tenancy.", ""))
        .toList();
  }

  @Test
  void eachOfATenantsBudgetsIsReadByItsName() {
    Loaded loaded =
        load(
            "{tenant: team-a, query: {maxSamples: 1, maxSeries: 2, maxPoints: 3, timeout: 4m,"
                + " memoryPerQuery: 5MB, memoryPerTenant: 60MB, maxConcurrentPerTenant: 7}}",
            "{tenant: Team-A, query: {timeout: 10m}}",
            "tenant: nothing-else");

    assertThat(queries(loaded))
        .containsOnlyKeys(
            new TenantId("team-a"), new TenantId("Team-A"), new TenantId("nothing-else"))
        .containsEntry(
            new TenantId("team-a"),
            new QueryOverride(
                OptionalLong.of(1),
                OptionalLong.of(2),
                OptionalLong.of(3),
                Optional.of(Duration.ofMinutes(4)),
                OptionalLong.of(5 << 20),
                OptionalLong.of(60 << 20),
                OptionalInt.of(7)));
    assertThat(queries(loaded).get(new TenantId("team-a")).names())
        .containsExactlyInAnyOrder(
            "maxSamples",
            "maxSeries",
            "maxPoints",
            "timeout",
            "memoryPerQuery",
            "memoryPerTenant",
            "maxConcurrentPerTenant");
    assertThat(queries(loaded).get(new TenantId("Team-A")).names()).isEqualTo(Set.of("timeout"));
    assertThat(queries(loaded).get(new TenantId("nothing-else")).names()).isEmpty();
  }

  @Test
  void whatAnApiTakesForATenantIsOneHereToo() {
    String longest = "a".repeat(150);

    assertThat(queries(load("tenant: \"Team-A_1.x!*'()\"", "tenant: " + longest, "tenant: ...")))
        .containsOnlyKeys(
            new TenantId("Team-A_1.x!*'()"), new TenantId(longest), new TenantId("..."));
  }

  @Test
  void whatIsNoTenantIsAProblem() {
    String expected = "expected a tenant's name of letters, digits and !-_.*'()";

    assertThat(problems(load("tenant: a/b")))
        .containsExactly("overrides[0].tenant: found the text \"a/b\"; " + expected);
    assertThat(problems(load("tenant: ''")))
        .containsExactly("overrides[0].tenant: found the text \"\"; " + expected);
    assertThat(problems(load("tenant: ..")))
        .containsExactly("overrides[0].tenant: found \"..\", which names a folder; " + expected);
    assertThat(problems(load("tenant: " + "a".repeat(151))))
        .containsExactly("overrides[0].tenant: found 151 characters; expected 1 to 150");
    assertThat(problems(load("query: {maxSeries: 1}")))
        .containsExactly("overrides[0].tenant: the field is missing; " + expected + "; add it");
  }

  @Test
  void aTenantThatIsThereTwiceIsAProblem() {
    Loaded loaded = load("tenant: a", "tenant: b", "{query: {maxSeries: 1}, tenant: a}");

    assertThat(loaded.problems())
        .extracting(Object::toString)
        .containsExactly(
            "x.yaml:10:33 spec.tenancy.overrides[2].tenant: found \"a\", which"
                + " spec.tenancy.overrides[0] has too; expected each tenant once; put into one what"
                + " is in both");
  }

  @Test
  void budgetsThatCannotBeAreProblems() {
    assertThat(
            problems(
                load(
                    "{tenant: a, query: {maxSamples: 0, maxSeries: -1, maxPoints: 1.5, timeout: 3,"
                        + " memoryPerQuery: much}}")))
        .containsExactly(
            "overrides[0].query.maxSamples: found the number 0; expected a whole number of at least"
                + " 1",
            "overrides[0].query.maxSeries: found the number -1; expected a whole number of at least"
                + " 1",
            "overrides[0].query.maxPoints: found the number 1.5; expected a whole number of at"
                + " least 1",
            "overrides[0].query.timeout: found the number 3; expected a duration such as 30s, 5m,"
                + " 1h30m or 15d; write it in quotes: \"3\"",
            "overrides[0].query.memoryPerQuery: found the text \"much\"; expected a size such as"
                + " 512KB, 10MB or 1.5GiB");
    assertThat(
            problems(
                load(
                    "{tenant: a, query: {timeout: 50ms, memoryPerQuery: 512KB, memoryPerTenant:"
                        + " 8MB}}")))
        .containsExactly(
            "overrides[0].query.timeout: found 50ms; expected a duration of at least 100ms",
            "overrides[0].query.memoryPerQuery: found 512KB; expected at least 1MB",
            "overrides[0].query.memoryPerTenant: found 8MB; expected at least 16MB");
  }

  @Test
  void moreForOneTenantThanForAllIsAProblem() {
    assertThat(
            problems(
                load(
                    "{tenant: a, query: {memoryPerQuery: 513MB, memoryPerTenant: 2GB,"
                        + " maxConcurrentPerTenant: 21}}")))
        .containsExactly(
            "overrides[0].query.memoryPerQuery: found 513MB, more than half of spec.query.memory"
                + " with 1GB; expected at most that; lower memoryPerQuery or raise"
                + " spec.query.memory",
            "overrides[0].query.memoryPerTenant: found 2GB, more than spec.query.memory with 1GB;"
                + " expected at most that; lower memoryPerTenant or raise spec.query.memory",
            "overrides[0].query.maxConcurrentPerTenant: found 21, more than"
                + " spec.query.maxConcurrent with 20; expected at most that; lower"
                + " maxConcurrentPerTenant or raise spec.query.maxConcurrent");
    assertThat(queries(load("{tenant: a, query: {memoryPerQuery: 512MB, memoryPerTenant: 1GB}}")))
        .hasSize(1);
  }

  @Test
  void oneQueryOfAnyTenantMayHoldHalfOfTheMemoryAtMost() {
    String half = HEAD.replace("{memory: 1GB}", "{memory: 1GB, memoryPerQuery: 512MB}");
    Loaded loaded = new ResourceLoader().loadText("x.yaml", half.replace("overrides:\n", "{}\n"));
    assertThat(loaded.problems()).isEmpty();
    assertThat(
            ClusterSettings.of(loaded.of(MetricsCluster.class).getFirst())
                .query()
                .memoryPerQueryBytes())
        .hasValue(512 << 20);

    String more = half.replace("512MB", "600MB").replace("overrides:\n", "{}\n");
    assertThat(new ResourceLoader().loadText("x.yaml", more).problems())
        .singleElement()
        .asString()
        .contains(
            "spec.query.memoryPerQuery: found 600MB, more than half of memory with 1GB; expected at"
                + " most that; lower memoryPerQuery or raise memory");
  }
}
