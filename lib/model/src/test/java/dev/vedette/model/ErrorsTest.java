package dev.vedette.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ErrorsTest {
  @Test
  void anErrorExplainsItselfInOneLine() {
    LimitExceeded error =
        new LimitExceeded(ErrorId.SERIES_LIMIT, "tenant a holds 5 series", "drop a label", true);
    assertThat(error.explain()).isEqualTo("tenant a holds 5 series; drop a label (series-limit)");
    assertThat(error.retryable()).isTrue();
    assertThat(new InvalidRequest(ErrorId.INVALID_LABELS, "no name", "").explain())
        .isEqualTo("no name (invalid-labels)");
  }

  @Test
  void corruptionNamesTheFileAndThePlace() {
    Corruption error = new Corruption(Path.of("/data/x"), 12, "a page", "zeros");
    assertThat(error).hasMessage("/data/x is damaged at offset 12: expected a page, found zeros");
    assertThat(error.offset()).isEqualTo(12);
    assertThat(error.file()).isEqualTo("/data/x");
    assertThat(error.id()).isEqualTo(ErrorId.CORRUPTION);
  }

  @Test
  void anInvariantThatDoesNotHoldIsABug() {
    Invariant.check(true, "never seen");
    assertThatThrownBy(() -> Invariant.check(false, "BUG: ref %d of %d", 5, 3))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("BUG: ref 5 of 3");
  }

  @Test
  void aTenantHasAName() {
    assertThatThrownBy(() -> new TenantId("")).hasMessageContaining("expected 1 to 150");
    assertThatThrownBy(() -> new TenantId("x".repeat(151))).hasMessageContaining("151 characters");
    assertThat(new TenantId("a")).isLessThan(new TenantId("b"));
  }

  @Test
  void theStalenessMarkerIsKnownByItsBits() {
    assertThat(SpecialValues.isStale(Double.longBitsToDouble(SpecialValues.STALE_BITS))).isTrue();
    assertThat(SpecialValues.isStale(Double.NaN)).isFalse();
  }
}
