package dev.vedette.model;

/** One {@code name="value"} of a label set. */
public record Label(String name, String value) {}
