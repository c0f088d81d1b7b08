package dev.vedette.crds;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One relabelling rule, with the meaning it has in Prometheus. */
public record Relabeling(
    @JsonPropertyDescription("Labels whose values, joined by the separator, the regex meets.")
        @Size(max = 100)
        List<String> sourceLabels,
    @JsonPropertyDescription("What joins the values.") @Default(";") String separator,
    @JsonPropertyDescription(
            "The label that replace, hashmod, lowercase, uppercase, keepequal and dropequal write or"
                + " compare.")
        @Size(max = 1024)
        @Nullable String targetLabel,
    @JsonPropertyDescription("An RE2 expression that has to match the whole text.")
        @Default("(.*)")
        @Size(max = 10_000)
        String regex,
    @JsonPropertyDescription("What hashmod divides the hash by.") @Min(1) @Nullable Long modulus,
    @JsonPropertyDescription("The new value of replace and the new name of labelmap, with $1.")
        @Default("$1")
        String replacement,
    @JsonPropertyDescription("What the rule does.") @Default("replace") Action action) {

  public Relabeling {
    sourceLabels = sourceLabels == null ? List.of() : List.copyOf(sourceLabels);
  }

  /** What a rule does. */
  public enum Action {
    @JsonProperty("replace")
    REPLACE,
    @JsonProperty("keep")
    KEEP,
    @JsonProperty("drop")
    DROP,
    @JsonProperty("keepequal")
    KEEPEQUAL,
    @JsonProperty("dropequal")
    DROPEQUAL,
    @JsonProperty("hashmod")
    HASHMOD,
    @JsonProperty("labelmap")
    LABELMAP,
    @JsonProperty("labeldrop")
    LABELDROP,
    @JsonProperty("labelkeep")
    LABELKEEP,
    @JsonProperty("lowercase")
    LOWERCASE,
    @JsonProperty("uppercase")
    UPPERCASE
  }
}
