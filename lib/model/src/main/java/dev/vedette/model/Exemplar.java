package dev.vedette.model;

/**
 * One observation that a series counted, with labels that lead to it, its trace's id as a rule.
 *
 * @param labels without a metric name; may be empty
 */
public record Exemplar(Labels labels, long timestampMillis, double value) {}
