package dev.vedette.promql;

/**
 * What a query cost.
 *
 * @param seriesRead series decoded, counted again where two selectors read them
 * @param samplesRead samples decoded
 * @param nanos wall time
 */
public record QueryStats(long seriesRead, long samplesRead, long nanos) {}
