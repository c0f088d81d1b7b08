package dev.vedette.tsdb.head;

import dev.vedette.model.ErrorId;
import dev.vedette.model.Labels;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides whether a new series may be born, and words the refusal: what, how many, which limit, and
 * the setting to change. Under the birth lock; {@link #limits} may be replaced at any time.
 */
final class SeriesLimitCheck {
  private static final Logger log = LoggerFactory.getLogger(SeriesLimitCheck.class);

  private volatile SeriesLimits limits;
  private final Runnable warned;

  SeriesLimitCheck(SeriesLimits limits, Runnable warned) {
    this.limits = limits;
    this.warned = warned;
  }

  SeriesLimits limits() {
    return limits;
  }

  void replace(SeriesLimits limits) {
    this.limits = limits;
  }

  boolean refuses(TenantIndex tenant, Labels labels, Refusals refusals, int samples) {
    SeriesLimits now = limits;
    return refusesSizes(now, labels, refusals, samples)
        || refusesTotal(now, tenant, labels, refusals, samples)
        || refusesMetric(now, tenant, labels, refusals, samples)
        || refusesValues(now, tenant, labels, refusals, samples);
  }

  private static boolean refusesSizes(
      SeriesLimits now, Labels labels, Refusals refusals, int samples) {
    if (labels.size() > now.maxLabelsPerSeries()) {
      refusals.add(
          ErrorId.LABEL_COUNT_LIMIT,
          samples,
          "a series of metric %s has %d labels, the limit is %d; drop some of them or raise"
                  .formatted(labels.metricName(), labels.size(), now.maxLabelsPerSeries())
              + " spec.limits.maxLabelsPerSeries of the MetricsCluster");
      return true;
    }
    for (int i = 0; i < labels.size(); i++) {
      int name = bytes(labels.name(i));
      if (name > now.maxLabelNameLength()) {
        refuseSize(labels, i, "name", name, now.maxLabelNameLength(), "Name", refusals, samples);
        return true;
      }
      int value = bytes(labels.value(i));
      if (value > now.maxLabelValueLength()) {
        refuseSize(
            labels, i, "value", value, now.maxLabelValueLength(), "Value", refusals, samples);
        return true;
      }
    }
    return false;
  }

  private static int bytes(String text) {
    int chars = text.length();
    // Three bytes a character at most: short texts need no second look.
    return chars <= 85 ? chars : text.getBytes(StandardCharsets.UTF_8).length;
  }

  private static void refuseSize(
      Labels labels,
      int index,
      String part,
      int found,
      int limit,
      String setting,
      Refusals refusals,
      int samples) {
    refusals.add(
        ErrorId.LABEL_SIZE_LIMIT,
        samples,
        "the %s of label %s of metric %s has %d bytes, the limit is %d; shorten it or raise"
                .formatted(
                    part,
                    shortened(labels.name(index)),
                    shortened(labels.metricName()),
                    found,
                    limit)
            + " spec.limits.maxLabel%sLength of the MetricsCluster".formatted(setting));
  }

  private static String shortened(String text) {
    return text.length() <= 80 ? text : text.substring(0, 77) + "...";
  }

  private static boolean refusesTotal(
      SeriesLimits now, TenantIndex tenant, Labels labels, Refusals refusals, int samples) {
    int active = tenant.series();
    if (active < now.maxSeries()) {
      return false;
    }
    refuse(
        refusals,
        ErrorId.SERIES_LIMIT,
        samples,
        "tenant %s holds %d active series, its limit is %d, so a new series of metric %s is refused;"
            + " drop a label with many values (see /api/v1/status/tsdb) or raise"
            + " spec.limits.maxSeries of the MetricsCluster",
        tenant.tenant,
        active,
        now.maxSeries(),
        labels.metricName());
    return true;
  }

  private static boolean refusesMetric(
      SeriesLimits now, TenantIndex tenant, Labels labels, Refusals refusals, int samples) {
    int series = tenant.seriesOf(labels.metricName());
    if (series < now.maxSeriesPerMetric()) {
      return false;
    }
    refuse(
        refusals,
        ErrorId.METRIC_SERIES_LIMIT,
        samples,
        "metric %s has %d series, its limit is %d; drop a label with many values (see"
            + " /api/v1/status/tsdb) or raise spec.limits.maxSeriesPerMetric of the MetricsCluster",
        labels.metricName(),
        series,
        now.maxSeriesPerMetric());
    return true;
  }

  private boolean refusesValues(
      SeriesLimits now, TenantIndex tenant, Labels labels, Refusals refusals, int samples) {
    String metric = labels.metricName();
    for (int i = 0; i < labels.size(); i++) {
      String name = labels.name(i);
      if (name.equals(Labels.METRIC_NAME) || now.infrastructureLabels().contains(name)) {
        continue;
      }
      // Few values of all metrics together are few of this one: no look into the large table.
      if (tenant.valuesOf(name) < now.warnLabelValuesPerMetric()) {
        continue;
      }
      int values = tenant.valuesOf(metric, name);
      if (values < now.warnLabelValuesPerMetric()
          || tenant.hasValue(metric, name, labels.value(i))) {
        continue;
      }
      if (values >= now.maxLabelValuesPerMetric()) {
        refuse(
            refusals,
            ErrorId.LABEL_VALUES_LIMIT,
            samples,
            "label %s of metric %s has %d values, its limit is %d; drop the label or raise"
                + " spec.limits.maxLabelValuesPerMetric of the MetricsCluster",
            name,
            metric,
            values,
            now.maxLabelValuesPerMetric());
        return true;
      }
      warn(now, tenant, metric, name, values);
    }
    return false;
  }

  private void warn(SeriesLimits now, TenantIndex tenant, String metric, String name, int values) {
    warned.run();
    if (values == now.warnLabelValuesPerMetric()) {
      log.warn(
          "label is close to its limit of values: tenant={} metric={} label={} values={} limit={}",
          tenant.tenant,
          metric,
          name,
          values,
          now.maxLabelValuesPerMetric());
    }
  }

  /** Words the message only for the first example of a reason. */
  @SuppressWarnings("AnnotateFormatMethod") // The formats are literals, a few lines up.
  private static void refuse(
      Refusals refusals, ErrorId id, int samples, String format, Object... values) {
    if (refusals.isFirst(id)) {
      refusals.add(id, samples, format.formatted(values));
    } else {
      refusals.add(id, samples);
    }
  }
}
