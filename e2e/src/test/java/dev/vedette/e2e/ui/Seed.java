package dev.vedette.e2e.ui;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.e2e.Server;
import dev.vedette.model.BucketSpans;
import dev.vedette.model.CounterReset;
import dev.vedette.model.Histogram;
import dev.vedette.model.HistogramLayout;
import dev.vedette.model.Labels;
import dev.vedette.model.MetricMetadata;
import dev.vedette.model.MetricType;
import dev.vedette.testkit.RemoteWriteRequest;
import java.util.List;

/**
 * What the pages are shown over: the last two hours of a small shop, one sample each half minute.
 *
 * <ul>
 *   <li>{@code shop_requests_total}, a counter: three instances, two codes; with metadata
 *   <li>{@code up} of one instance
 *   <li>{@code shop_queue_length}, a gauge with a gap in the middle
 *   <li>{@code shop.checkout.time} with {@code service.name}: names beyond letters
 *   <li>{@code shop_request_seconds}, a native histogram: two instances, with an exemplar each five
 *       minutes, whose traces are {@code a0}, {@code a10}, {@code b0} and so on
 *   <li>{@code shop_crowd}, ten thousand series
 * </ul>
 */
final class Seed {
  static final long STEP_MILLIS = 30_000;
  static final int STEPS = 240;
  static final int CROWD = 10_000;

  private static final HistogramLayout LAYOUT =
      HistogramLayout.of(2, 0x1p-128, BucketSpans.of(-24, 24), BucketSpans.NONE);

  private Seed() {}

  /** Writes all of it, up to a time. */
  static void write(Server server, long endMillis) throws Exception {
    long start = endMillis - (STEPS - 1) * STEP_MILLIS;
    for (int from = 0; from < STEPS; from += 60) {
      send(server, shop(start, from, Math.min(STEPS, from + 60)));
    }
    for (int from = 0; from < CROWD; from += 2000) {
      RemoteWriteRequest crowd = new RemoteWriteRequest();
      for (int i = from; i < from + 2000; i++) {
        crowd.series(Labels.of("__name__", "shop_crowd", "visitor", "v%05d".formatted(i)));
        for (int age = 20; age >= 0; age--) {
          crowd.sample(endMillis - age * STEP_MILLIS, i % 97 + age);
        }
      }
      send(server, crowd);
    }
  }

  private static void send(Server server, RemoteWriteRequest request) throws Exception {
    assertThat(server.write(request).statusCode()).isEqualTo(204);
  }

  private static RemoteWriteRequest shop(long start, int from, int to) {
    RemoteWriteRequest request = new RemoteWriteRequest();
    for (String instance : List.of("a:80", "b:80", "c:80")) {
      for (String code : List.of("200", "500")) {
        request
            .series(
                Labels.of(
                    "__name__",
                    "shop_requests_total",
                    "job",
                    "shop",
                    "instance",
                    instance,
                    "code",
                    code))
            .metadata(
                new MetricMetadata(
                    "shop_requests_total", MetricType.COUNTER, "Requests of the shop.", ""));
        double speed = (instance.charAt(0) - 'a' + 2) * (code.equals("200") ? 30 : 0.8);
        for (int i = from; i < to; i++) {
          request.sample(
              start + i * STEP_MILLIS, Math.floor(speed * (i * 30 + 400 * Math.sin(i / 25.0))));
        }
      }
    }
    request.series(Labels.of("__name__", "up", "job", "shop", "instance", "a:80"));
    for (int i = from; i < to; i++) {
      request.sample(start + i * STEP_MILLIS, 1);
    }
    request.series(Labels.of("__name__", "shop_queue_length", "job", "shop"));
    for (int i = from; i < to; i++) {
      if (i < 100 || i > 140) {
        request.sample(start + i * STEP_MILLIS, Math.round(12 + 9 * Math.sin(i / 11.0)));
      }
    }
    request.series(Labels.of("__name__", "shop.checkout.time", "service.name", "till"));
    for (int i = from; i < to; i++) {
      request.sample(start + i * STEP_MILLIS, 1.5 + Math.cos(i / 30.0));
    }
    for (String instance : List.of("a:80", "b:80")) {
      request.series(
          Labels.of("__name__", "shop_request_seconds", "job", "shop", "instance", instance));
      for (int i = from; i < to; i++) {
        request.histogram(start + i * STEP_MILLIS, histogram(i));
        if (i % 10 == 0) {
          request.exemplar(
              Labels.of("trace_id", instance.charAt(0) + "" + i, "handler", "/cart"),
              start + i * STEP_MILLIS,
              Math.pow(2, (centre(i) + (i / 10 + instance.charAt(0)) % 5 - 24) / 4));
        }
      }
    }
    return request;
  }

  /** The bucket that most fall in. */
  private static double centre(int step) {
    return 11 + 6 * Math.sin(step / 28.0);
  }

  /** Observations around a centre that wanders; counts only grow, as those of a counter. */
  private static Histogram histogram(int step) {
    long[] buckets = new long[24];
    long count = 0;
    double sum = 0;
    for (int b = 0; b < buckets.length; b++) {
      for (int i = 0; i <= step; i++) {
        double distance = (b - centre(i)) / 2.6;
        buckets[b] += Math.round(90 * Math.exp(-distance * distance));
      }
      count += buckets[b];
      sum += buckets[b] * Math.pow(2, (b - 24) / 4.0);
    }
    return Histogram.ofIntegers(LAYOUT, CounterReset.UNKNOWN, count, 0, sum, buckets, new long[0]);
  }
}
