package dev.vedette.testkit.oracle;

/** The steps that a query is going to be asked for, in Unix milliseconds. */
public record QueryFrame(long startMillis, long endMillis, long stepMillis) {}
