package dev.vedette.model.partial;

import dev.vedette.model.Histogram;
import dev.vedette.model.Labels;
import org.jspecify.annotations.Nullable;

/**
 * A series that is handed over by itself: of {@code TOPK} and {@code BOTTOMK} one that has some of
 * the best values; of {@code SUM} and {@code AVG} the histograms of one that has any, as sums of
 * histograms go by the order of their series.
 *
 * @param values one a step, the bits of a staleness marker where there is none; null where only
 *     histograms are handed over
 * @param histograms one a step, null where there is none; null where only values are
 */
@SuppressWarnings("ArrayRecordComponent") // passed on, never compared
public record PartialSeries(
    Labels labels,
    boolean nameDropped,
    double @Nullable [] values,
    @Nullable Histogram @Nullable [] histograms) {}
