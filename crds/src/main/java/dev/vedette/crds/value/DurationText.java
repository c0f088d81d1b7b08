package dev.vedette.crds.value;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.vedette.model.ErrorId;
import dev.vedette.model.InvalidRequest;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A duration as Prometheus writes it: {@code 15s}, {@code 1h30m}, {@code 15d}. Units are y (365
 * days), w, d, h, m, s and ms, largest first, each at most once; {@code 0} needs no unit.
 */
public record DurationText(Duration value) implements Comparable<DurationText> {
  /** What a resource's schema demands of such a text. */
  public static final String PATTERN =
      "^(0|([0-9]+y)?([0-9]+w)?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?)$";

  /** What {@link #PATTERN} says, for people. */
  public static final String EXPECTED = "a duration such as 30s, 5m, 1h30m or 15d";

  /** Prometheus keeps durations in 64 bits of nanoseconds; more than this does not fit there. */
  private static final Duration MAX = Duration.ofNanos(Long.MAX_VALUE);

  private static final Pattern TEXT =
      Pattern.compile(
          "(?:([0-9]+)y)?(?:([0-9]+)w)?(?:([0-9]+)d)?(?:([0-9]+)h)?"
              + "(?:([0-9]+)m)?(?:([0-9]+)s)?(?:([0-9]+)ms)?");

  private static final Unit[] UNITS = {
    new Unit("y", 365L * 24 * 60 * 60 * 1000),
    new Unit("w", 7L * 24 * 60 * 60 * 1000),
    new Unit("d", 24L * 60 * 60 * 1000),
    new Unit("h", 60L * 60 * 1000),
    new Unit("m", 60L * 1000),
    new Unit("s", 1000),
    new Unit("ms", 1)
  };

  public DurationText {
    if (value.isNegative() || value.compareTo(MAX) > 0) {
      throw new IllegalArgumentException(
          "duration %s is not between 0 and %s".formatted(value, MAX));
    }
  }

  private record Unit(String name, long millis) {}

  /**
   * Reads such a text.
   *
   * @throws InvalidRequest ({@code invalid-resource}) for any other text
   */
  @JsonCreator
  public static DurationText parse(String text) {
    if (text.equals("0")) {
      return new DurationText(Duration.ZERO);
    }
    Matcher matcher = TEXT.matcher(text);
    if (text.isEmpty() || !matcher.matches()) {
      throw invalid(text);
    }
    try {
      long millis = 0;
      for (int i = 0; i < UNITS.length; i++) {
        String count = matcher.group(i + 1);
        if (count != null) {
          long part = Math.multiplyExact(Long.parseLong(count), UNITS[i].millis());
          millis = Math.addExact(millis, part);
        }
      }
      return new DurationText(Duration.ofMillis(millis));
    } catch (ArithmeticException | IllegalArgumentException _) {
      throw invalid(text);
    }
  }

  private static InvalidRequest invalid(String text) {
    return new InvalidRequest(
        ErrorId.INVALID_RESOURCE,
        "\"%s\" is not %s".formatted(text, EXPECTED),
        "write whole numbers with the units y, w, d, h, m, s, ms, largest first, up to 292y");
  }

  @Override
  public int compareTo(DurationText other) {
    return value.compareTo(other.value);
  }

  /** The shortest text that parses to the same duration; parts below a millisecond are cut. */
  @JsonValue
  @Override
  public String toString() {
    long rest = value.toMillis();
    if (rest == 0) {
      return "0s";
    }
    StringBuilder text = new StringBuilder();
    for (Unit unit : UNITS) {
      long count = rest / unit.millis();
      // Years and weeks only where they divide evenly: 15d reads better than 2w1d.
      boolean coarse = unit.millis() > UNITS[2].millis();
      if (count > 0 && (!coarse || rest % unit.millis() == 0)) {
        text.append(count).append(unit.name());
        rest -= count * unit.millis();
      }
    }
    return text.toString();
  }
}
