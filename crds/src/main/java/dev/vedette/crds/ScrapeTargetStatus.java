package dev.vedette.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/** What became of a ScrapeTarget; written by the ingester, never read as input. */
public record ScrapeTargetStatus(
    @JsonPropertyDescription("The generation of the spec that this status speaks of.")
        @Nullable Long observedGeneration,
    @JsonPropertyDescription("Targets whose last scrape succeeded.") @Nullable Integer targetsUp,
    @JsonPropertyDescription("Targets whose last scrape failed.") @Nullable Integer targetsDown,
    @JsonPropertyDescription("Targets that relabelling dropped.") @Nullable Integer targetsDropped,
    @JsonPropertyDescription("One error of a target that is down, with its URL.")
        @Nullable String lastError) {}
