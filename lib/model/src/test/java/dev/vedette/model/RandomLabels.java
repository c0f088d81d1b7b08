package dev.vedette.model;

import java.util.SplittableRandom;

/** Label sets that collide, share prefixes and leave ASCII more often than real ones. */
final class RandomLabels {
  static final long SEED = Long.getLong("seed", 1);
  private static final String[] NAMES = {
    "instance", "job", "le", "quantile", "code", "path", "é", "\uE000", "\uD83D\uDE00", "a", "ab"
  };
  private static final String[] VALUES = {
    "1", "2", "10", "0.5", "+Inf", "-1", "NaN", "x", "xy", "\uFFFD", "\uD83D\uDE00", "\uE000", "é"
  };
  private static final String[] METRICS = {
    "up", "up_bucket", "up_count", "up_sum", "upper", "up_", "_sum", "é_sum", "\uD83D\uDE00_count"
  };

  private RandomLabels() {}

  static Labels next(SplittableRandom random) {
    Labels.Builder builder = new Labels.Builder();
    builder.set(Labels.METRIC_NAME, METRICS[random.nextInt(METRICS.length)]);
    for (int i = random.nextInt(4); i > 0; i--) {
      builder.set(
          NAMES[random.nextInt(NAMES.length)],
          VALUES[random.nextInt(VALUES.length)].repeat(random.nextInt(20) == 0 ? 60 : 1));
    }
    return builder.build();
  }
}
