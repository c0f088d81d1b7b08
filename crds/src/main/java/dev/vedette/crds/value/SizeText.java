package dev.vedette.crds.value;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.vedette.model.ErrorId;
import dev.vedette.model.InvalidRequest;
import java.math.BigDecimal;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A number of bytes: {@code 512B}, {@code 10MB}, {@code 1.5GiB}. KB and KiB are both 1024 bytes, as
 * in Prometheus, and so on upward.
 */
public record SizeText(long bytes) implements Comparable<SizeText> {
  /** What a resource's schema demands of such a text. */
  public static final String PATTERN = "^(0|[0-9]+(\\.[0-9]+)?(B|[KMGT]i?B))$";

  /** What {@link #PATTERN} says, for people. */
  public static final String EXPECTED = "a size such as 512KB, 10MB or 1.5GiB";

  private static final Pattern TEXT = Pattern.compile("([0-9]+(?:\\.[0-9]+)?)(?:([KMGT])i?)?B");

  /** Whole numbers of so few digits fit a long whatever the unit; what is longer is rare. */
  private static final int PLAIN_DIGITS = 6;

  private static final String PREFIXES = "KMGT";

  public SizeText {
    if (bytes < 0) {
      throw new IllegalArgumentException("size of %d bytes is negative".formatted(bytes));
    }
  }

  /**
   * Reads such a text; a fraction of a byte is cut.
   *
   * @throws InvalidRequest ({@code invalid-resource}) for any other text
   */
  @JsonCreator
  public static SizeText parse(String text) {
    if (text.equals("0")) {
      return new SizeText(0);
    }
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw invalid(text);
    }
    String prefix = matcher.group(2);
    int power = prefix == null ? 0 : PREFIXES.indexOf(prefix) + 1;
    String count = matcher.group(1);
    if (count.length() <= PLAIN_DIGITS && count.indexOf('.') < 0) {
      return new SizeText(Long.parseLong(count) << 10 * power);
    }
    BigDecimal bytes = new BigDecimal(count).multiply(BigDecimal.valueOf(1L << 10 * power));
    if (bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
      throw invalid(text);
    }
    return new SizeText(bytes.longValue());
  }

  private static InvalidRequest invalid(String text) {
    return new InvalidRequest(
        ErrorId.INVALID_RESOURCE,
        "\"%s\" is not %s".formatted(text, EXPECTED),
        "write a number and one of the units B, KB, MB, GB, TB (1 KB is 1024 B)");
  }

  @Override
  public int compareTo(SizeText other) {
    return Long.compare(bytes, other.bytes);
  }

  /** The largest unit that divides the size evenly: {@code 10MB}. */
  @JsonValue
  @Override
  public String toString() {
    long rest = bytes;
    int power = 0;
    while (rest > 0 && rest % 1024 == 0 && power < PREFIXES.length()) {
      rest /= 1024;
      power++;
    }
    return power == 0 ? rest + "B" : rest + PREFIXES.substring(power - 1, power) + "B";
  }
}
