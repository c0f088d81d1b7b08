package dev.vedette.model;

import java.util.Locale;

/**
 * Stable ids of the errors users meet. Each has its own section in {@code docs/errors.md}; a test
 * keeps both equal.
 */
public enum ErrorId {
  INVALID_REQUEST,
  INVALID_REGEX,
  INVALID_LABELS,
  INVALID_HISTOGRAM,
  INVALID_EXPOSITION,
  INVALID_EXPRESSION,
  INVALID_RESOURCE,
  UNSUPPORTED_CONTENT,
  BODY_TOO_LARGE,
  LABEL_COUNT_LIMIT,
  LABEL_SIZE_LIMIT,
  HISTOGRAM_BUCKET_LIMIT,
  TENANT_MISSING,
  TENANT_LIMIT,
  SERIES_LIMIT,
  METRIC_SERIES_LIMIT,
  LABEL_VALUES_LIMIT,
  SAMPLE_RATE_LIMIT,
  DELETION_LIMIT,
  SAMPLE_TOO_OLD,
  SAMPLE_TOO_NEW,
  SAMPLE_CONFLICT,
  LATE_SAMPLES_LIMIT,
  QUERY_LIMIT,
  QUERY_TIMEOUT,
  QUERY_CANCELLED,
  QUERY_EXECUTION,
  TIER_UNFIT,
  STORAGE_UNAVAILABLE,
  DISK_FULL,
  DATA_IN_USE,
  PORT_IN_USE,
  CORRUPTION;

  /** As it appears in answers, counters and the documentation: {@code series-limit}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
