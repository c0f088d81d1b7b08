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
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of an installation. As read by a {@link ResourceSource}, every field with a default
 * is filled in; {@code null} is left only where a component says so.
 */
@ValidationRule(
    // An API server asks this of empty defaults too, before it fills in the fields.
    value =
        "!has(self.tenancy) || !has(self.tenancy.overrides)"
            + " || !has(self.query) || !has(self.query.maxConcurrent)"
            + " || self.tenancy.overrides.all(each, !has(each.query)"
            + " || !has(each.query.maxConcurrentPerTenant)"
            + " || each.query.maxConcurrentPerTenant <= self.query.maxConcurrent)",
    message = "maxConcurrentPerTenant of a tenant must not exceed maxConcurrent of spec.query",
    fieldPath = ".tenancy.overrides")
public record MetricsClusterSpec(
    @JsonPropertyDescription(
            "How the roles run. Standalone: all of them in one process, the log of writes in files"
                + " beside the data.")
        @Default("Standalone")
        Profile profile,
    @JsonPropertyDescription("What is kept, and for how long. Takes effect at the next start.")
        @Default("{}")
        Storage storage,
    @JsonPropertyDescription(
            "Bounds that keep one bad label or sender from harming everything else. A series that"
                + " exists always goes on; only new ones are refused.")
        @Default("{}")
        Limits limits,
    @JsonPropertyDescription(
            "Bounds and defaults of PromQL queries. Changes are in force for the next query, those"
                + " of memory and cacheMemory at the next start.")
        @Default("{}")
        Query query,
    @JsonPropertyDescription("The installation's own metrics, stored beside everybody else's.")
        @Default("{}")
        SelfMonitoring selfMonitoring,
    @JsonPropertyDescription("Whose data requests carry and ask for.") @Default("{}")
        Tenancy tenancy) {

  /** How the roles run. */
  public enum Profile {
    @JsonProperty("Standalone")
    STANDALONE
  }

  /** What is kept, and for how long. */
  public record Storage(
      @JsonPropertyDescription(
              "How long samples stay queryable; whole blocks are deleted once all of their samples"
                  + " are older.")
          @DurationField
          @Default("15d")
          DurationText retention,
      @JsonPropertyDescription(
              "How far behind its series' newest a late sample is kept beside what is in memory."
                  + " Older ones, as of a sender that catches up, are taken too, and go into"
                  + " blocks of their own once they are many. Kept results of queries are told apart"
                  + " by a 128th of it, 15s at least: the longer it is, the more of their newest"
                  + " steps are worked out again.")
          @DurationField
          @Default("30m")
          DurationText lateWindow,
      @JsonPropertyDescription(
              "What blocks and log may take on disk together; above it the oldest blocks are"
                  + " deleted, whatever their age. Unset: only time bounds it.")
          @SizeField
          @Nullable SizeText retentionSize,
      @JsonPropertyDescription(
              "Length up to which neighbouring blocks are merged into longer ones, from 2h (none"
                  + " are) to 31d. Unset: a tenth of the retention.")
          @DurationField
          @Nullable DurationText longestBlock,
      @JsonPropertyDescription(
              "Exemplars of a tenant kept in memory, some 150 bytes each; for a new one the oldest"
                  + " goes. Those of all tenants together take as much, or a sixty-fourth of the"
                  + " Java heap if that is more; above it tenants with the most lose their oldest."
                  + " 0: none are kept.")
          @Min(0)
          @Max(100_000_000)
          @Default("100000")
          Integer maxExemplars,
      @JsonPropertyDescription(
              "How long buckets are kept that are made of the samples: count, sum, least, greatest,"
                  + " first and last of each, so that long ranges are answered fast, and after"
                  + " the samples are gone. Which tier answered is said in the answer's infos. 0s:"
                  + " the tier is not made, and what was made is deleted.")
          @Default("{}")
          Tiers tiers,
      @JsonPropertyDescription(
              "Parts of the in-memory head, each written by one thread. Unset: chosen by the number"
                  + " of processors.")
          @Min(1)
          @Max(255)
          @Nullable Integer shards) {}

  /** How long buckets are kept. */
  public record Tiers(
      @JsonPropertyDescription(
              "How long buckets of a minute are kept. With samples every 15 s they take as much room"
                  + " as twice the samples; of less than a month they gain little.")
          @DurationField
          @Default("90d")
          DurationText oneMinute,
      @JsonPropertyDescription("How long buckets of five minutes are kept.")
          @DurationField
          @Default("365d")
          DurationText fiveMinutes,
      @JsonPropertyDescription("How long buckets of an hour are kept.")
          @DurationField
          @Default("1095d")
          DurationText oneHour) {}

  /** Bounds of what is taken in. */
  @ValidationRule(
      // An API server asks this of the empty default too, before it fills in the fields.
      value =
          "!has(self.labelValuesWarning) || !has(self.maxLabelValuesPerMetric)"
              + " || self.labelValuesWarning <= self.maxLabelValuesPerMetric",
      message = "labelValuesWarning must not exceed maxLabelValuesPerMetric",
      fieldPath = ".labelValuesWarning")
  public record Limits(
      @JsonPropertyDescription(
              "Active series of a tenant. Above it new series are refused with series-limit"
                  + " (HTTP 429).")
          @Min(1)
          @Max(2_000_000_000)
          @Default("2000000")
          Integer maxSeries,
      @JsonPropertyDescription(
              "Label sets of one metric name. Above it new ones are refused with"
                  + " metric-series-limit.")
          @Min(1)
          @Max(2_000_000_000)
          @Default("100000")
          Integer maxSeriesPerMetric,
      @JsonPropertyDescription(
              "Values that one label may have within one metric. Above it series with new values"
                  + " are refused with label-values-limit.")
          @Min(1)
          @Max(2_000_000_000)
          @Default("10000")
          Integer maxLabelValuesPerMetric,
      @JsonPropertyDescription(
              "Values of one label within one metric from which on a warning is logged and counted;"
                  + " at most maxLabelValuesPerMetric.")
          @Min(1)
          @Max(2_000_000_000)
          @Default("8000")
          Integer labelValuesWarning,
      @JsonPropertyDescription(
              "Labels that maxLabelValuesPerMetric does not bind: those that grow with the"
                  + " infrastructure.")
          @Size(max = 200)
          @Default("[\"instance\",\"pod\",\"node\",\"container\",\"le\"]")
          List<String> exemptLabels,
      @JsonPropertyDescription(
              "Labels of one series, the metric name included. Series with more are refused with"
                  + " label-count-limit.")
          @Min(1)
          @Max(255)
          @Default("40")
          Integer maxLabelsPerSeries,
      @JsonPropertyDescription(
              "Bytes of a label name. Series with a longer one are refused with label-size-limit.")
          @Min(1)
          @Max(65_535)
          @Default("256")
          Integer maxLabelNameLength,
      @JsonPropertyDescription(
              "Bytes of a label value. Series with a longer one are refused with"
                  + " label-size-limit.")
          @Min(1)
          @Max(1_048_576)
          @Default("4096")
          Integer maxLabelValueLength,
      @JsonPropertyDescription(
              "Buckets of one native histogram. Histograms with more are refused with"
                  + " histogram-bucket-limit.")
          @Min(1)
          @Max(20_000)
          @Default("2000")
          Integer maxHistogramBuckets,
      @JsonPropertyDescription(
              "Samples a second of a tenant, averaged over a few seconds. Above it writes are"
                  + " answered with sample-rate-limit (HTTP 429). Unset: no limit.")
          @Min(1)
          @Nullable Long samplesPerSecond,
      @JsonPropertyDescription(
              "Bytes of one write request after decompression. Larger ones are refused with"
                  + " body-too-large (HTTP 413). Takes effect at the next start.")
          @SizeField
          @Default("32MB")
          SizeText maxRequestBytes) {
    public Limits {
      // Absent where the CRD generator reads the default "{}" of this record.
      exemptLabels = exemptLabels == null ? exemptLabels : List.copyOf(exemptLabels);
    }
  }

  /** Bounds and defaults of queries. */
  @ValidationRule(
      // An API server asks this of the empty default too, before it fills in the fields.
      value =
          "!has(self.features) || !('use-start-timestamps' in self.features)"
              + " || !('promql-extended-range-selectors' in self.features)",
      message = "use-start-timestamps and promql-extended-range-selectors exclude each other",
      fieldPath = ".features")
  @ValidationRule(
      value =
          "!has(self.maxConcurrentPerTenant) || !has(self.maxConcurrent)"
              + " || self.maxConcurrentPerTenant <= self.maxConcurrent",
      message = "maxConcurrentPerTenant must not exceed maxConcurrent",
      fieldPath = ".maxConcurrentPerTenant")
  public record Query(
      @JsonPropertyDescription("How far back an instant selector looks for its newest sample.")
          @DurationField
          @Default("5m")
          DurationText lookback,
      @JsonPropertyDescription(
              "Samples one query may read, and values it may hold at once. Above it the query fails"
                  + " with query-limit.")
          @Min(1)
          @Default("500000000")
          Long maxSamples,
      @JsonPropertyDescription(
              "Series one query may read, counted again where two selectors read them. Above it the"
                  + " query fails with query-limit.")
          @Min(1)
          @Default("5000000")
          Long maxSeries,
      @JsonPropertyDescription(
              "Points the answer of one query may have, all series together. Above it the query"
                  + " fails with query-limit.")
          @Min(1)
          @Default("50000000")
          Long maxPoints,
      @JsonPropertyDescription(
              "Memory that all queries under way may hold together; one may hold half of it. Above"
                  + " it queries fail with query-limit. Unset: a third of the Java heap. Takes effect"
                  + " at the next start.")
          @SizeField
          @Nullable SizeText memory,
      @JsonPropertyDescription(
              "Memory that one query may hold, at most half of memory. Above it the query fails with"
                  + " query-limit. Unset: half of memory.")
          @SizeField
          @Nullable SizeText memoryPerQuery,
      @JsonPropertyDescription(
              "Memory for results of range queries, which are kept by days as long as samples do not"
                  + " change, so that the next query works out only what is new. 0: none are kept."
                  + " Unset: a sixteenth of the Java heap. Takes effect at the next start.")
          @SizeField
          @Nullable SizeText cacheMemory,
      @JsonPropertyDescription("How long one query may take before it fails with query-timeout.")
          @DurationField
          @Default("2m")
          DurationText timeout,
      @JsonPropertyDescription("Queries that run at the same time; further ones wait their turn.")
          @Min(1)
          @Max(10_000)
          @Default("20")
          Integer maxConcurrent,
      @JsonPropertyDescription(
              "Queries of one tenant that run at the same time; further ones wait for one of these,"
                  + " those of other tenants go before them. At most maxConcurrent. Unset: no other"
                  + " bound than that.")
          @Min(1)
          @Max(10_000)
          @Nullable Integer maxConcurrentPerTenant,
      @JsonPropertyDescription(
              "Memory that the queries of one tenant under way may hold together. Above it they fail"
                  + " with query-limit. Unset: as much as all queries.")
          @SizeField
          @Nullable SizeText memoryPerTenant,
      @JsonPropertyDescription("Queries that take longer are counted and logged with their cost.")
          @DurationField
          @Default("5s")
          DurationText slowQuery,
      @JsonPropertyDescription(
              "Whether every query is logged with its cost, not the slow ones only.")
          @Default("false")
          Boolean log,
      @JsonPropertyDescription(
              "Whether start and end of range queries move down to multiples of the step, so that kept"
                  + " results answer dashboards whose end moves on. Where they moved, infos say so;"
                  + " nocache=1 has the exact times, as Prometheus always has. Buckets of"
                  + " Datadog-style queries then begin at multiples of the interval.")
          @Default("false")
          Boolean alignToStep,
      @JsonPropertyDescription(
              "Parts of the language that Prometheus switches on by --enable-feature, by its names."
                  + " vedette run takes that option, too. With type-and-unit-labels new samples also"
                  + " get the labels __type__ and __unit__.")
          @Default("[]")
          @Size(max = 20)
          List<QueryFeature> features) {
    public Query {
      // Absent where the CRD generator reads the default "{}" of this record.
      features = features == null ? features : List.copyOf(features);
    }
  }

  /** A part of the query language that is off unless it is asked for. */
  public enum QueryFeature {
    @JsonProperty("promql-experimental-functions")
    EXPERIMENTAL_FUNCTIONS,
    @JsonProperty("promql-duration-expr")
    DURATION_EXPRESSIONS,
    @JsonProperty("promql-extended-range-selectors")
    EXTENDED_RANGE_SELECTORS,
    @JsonProperty("promql-binop-fill-modifiers")
    FILL_MODIFIERS,
    @JsonProperty("promql-delayed-name-removal")
    DELAYED_NAME_REMOVAL,
    @JsonProperty("use-start-timestamps")
    START_TIMESTAMPS,
    @JsonProperty("type-and-unit-labels")
    TYPE_AND_UNIT_LABELS
  }

  /** Whose data requests carry and ask for. */
  @ValidationRule(
      // An API server asks this of the empty default too, before it fills in the fields.
      value =
          "!has(self.overrides) || self.overrides.all(each,"
              + " self.overrides.exists_one(other, other.tenant == each.tenant))",
      message = "a tenant is there more than once; each has one entry",
      fieldPath = ".overrides")
  public record Tenancy(
      @JsonPropertyDescription(
              "Single: all data are of one tenant, whatever requests say. Header: a request names"
                  + " its tenant in the header X-Scope-OrgID, when it writes and when it asks; without"
                  + " it the answer is tenant-missing (HTTP 401). What is scraped, the installation's"
                  + " own metrics among it, is of the tenant default, as is all that Single stored."
                  + " Takes effect at the next start.")
          @Default("Single")
          TenancyMode mode,
      @JsonPropertyDescription(
              "Tenants there may be, default included. Writes of further ones are refused with"
                  + " tenant-limit (HTTP 429).")
          @Min(1)
          @Max(1_000_000)
          @Default("1000")
          Integer maxTenants,
      @JsonPropertyDescription(
              "What single tenants, 300 at most, may take instead of what any may; with mode Single"
                  + " that of the tenant default alone has an effect. Changes are in force for the"
                  + " next query.")
          // The rule that finds a tenant twice compares each with each: an API server refuses the
          // rule from some 380 on, for what it may cost.
          @Size(max = 300)
          @Default("[]")
          List<TenantOverride> overrides) {
    public Tenancy {
      // Absent where the CRD generator reads the default "{}" of this record.
      overrides = overrides == null ? overrides : List.copyOf(overrides);
    }
  }

  /** What one tenant may take. */
  @ValidationRule(
      value = "self.tenant != '.' && self.tenant != '..'",
      message = "tenant must not be . or .., which name folders",
      fieldPath = ".tenant")
  public record TenantOverride(
      @JsonPropertyDescription(
              "The tenant as X-Scope-OrgID names it: 1 to 150 letters, digits and !-_.*'().")
          @Required
          @Pattern(PATTERN)
          @Size(min = 1, max = 150)
          String tenant,
      @JsonPropertyDescription(
              "What its queries may take, by the names that spec.query has for what those of any"
                  + " tenant may. What is not set here is as it is there.")
          @Default("{}")
          TenantQuery query) {
    /** What a resource's schema demands of the name of a tenant. */
    public static final String PATTERN = "^[A-Za-z0-9!_.*'()-]+$";

    /** What {@link #PATTERN} says, for people. */
    public static final String EXPECTED = "a tenant's name of letters, digits and !-_.*'()";
  }

  /** What the queries of one tenant may take. */
  public record TenantQuery(
      @JsonPropertyDescription("Samples one query may read, and values it may hold at once.")
          @Min(1)
          @Nullable Long maxSamples,
      @JsonPropertyDescription("Series one query may read.") @Min(1) @Nullable Long maxSeries,
      @JsonPropertyDescription("Points the answer of one query may have.") @Min(1)
          @Nullable Long maxPoints,
      @JsonPropertyDescription("How long one query may take.") @DurationField
          @Nullable DurationText timeout,
      @JsonPropertyDescription("Memory that one query may hold, at most half of spec.query.memory.")
          @SizeField
          @Nullable SizeText memoryPerQuery,
      @JsonPropertyDescription(
              "Memory that its queries under way may hold together, at most spec.query.memory.")
          @SizeField
          @Nullable SizeText memoryPerTenant,
      @JsonPropertyDescription(
              "Queries of it that run at the same time, at most maxConcurrent of spec.query.")
          @Min(1)
          @Max(10_000)
          @Nullable Integer maxConcurrentPerTenant) {}

  /** How a request's tenant is told. */
  public enum TenancyMode {
    @JsonProperty("Single")
    SINGLE,
    @JsonProperty("Header")
    HEADER
  }

  /** The installation's own metrics. */
  public record SelfMonitoring(
      @JsonPropertyDescription(
              "Whether this installation scrapes itself and the machine it runs on.")
          @Default("true")
          Boolean enabled,
      @JsonPropertyDescription("Time between two such scrapes.") @DurationField @Default("15s")
          DurationText interval) {}
}
