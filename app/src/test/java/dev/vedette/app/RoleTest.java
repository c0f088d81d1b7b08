package dev.vedette.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vedette.model.InvalidRequest;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;

class RoleTest {
  @Test
  void allMeansEveryRole() {
    assertThat(Role.parse("all")).isEqualTo(EnumSet.allOf(Role.class));
  }

  @Test
  void aListNamesSomeRoles() {
    assertThat(Role.parse("storage, querier"))
        .containsExactlyInAnyOrder(Role.STORAGE, Role.QUERIER);
  }

  @Test
  void anUnknownRoleIsRefusedWithTheOnesThereAre() {
    assertThatThrownBy(() -> Role.parse("storage,query"))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("no role \"query\"")
        .extracting(e -> ((InvalidRequest) e).wayOut())
        .asString()
        .contains("ingester, storage, querier, agent");
  }

  @Test
  void aRoleWithoutTheOneItNeedsIsRefused() {
    assertThatThrownBy(() -> Role.parse("querier"))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("querier needs role storage");
  }
}
