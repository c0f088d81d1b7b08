package dev.vedette.model;

/** What a sender says of one metric family. Help and unit may be empty. */
public record MetricMetadata(String family, MetricType type, String help, String unit) {}
