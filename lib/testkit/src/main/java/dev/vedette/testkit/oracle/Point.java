package dev.vedette.testkit.oracle;

/** A sample: Unix milliseconds and a value. */
public record Point(long millis, double value) {}
