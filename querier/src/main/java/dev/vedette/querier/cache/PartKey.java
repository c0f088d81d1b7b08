package dev.vedette.querier.cache;

import dev.vedette.model.TenantId;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a part of a result is of: all that its values depend on besides the data.
 *
 * @param expression printed anew, so that spaces make no difference
 * @param phaseMillis the steps' distance from multiples of the step
 * @param day since 1970, UTC
 * @param settings the number of those that the engine goes by
 */
record PartKey(
    TenantId tenant,
    String expression,
    long stepMillis,
    long phaseMillis,
    Optional<Duration> lookback,
    OptionalLong tierMillis,
    long day,
    long settings) {}
