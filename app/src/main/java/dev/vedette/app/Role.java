package dev.vedette.app;

import dev.vedette.model.ErrorId;
import dev.vedette.model.InvalidRequest;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** A part of the system that a process can play; see {@code docs/architecture.md}. */
public enum Role {
  INGESTER,
  STORAGE,
  QUERIER,
  AGENT;

  /** As {@code --roles}, labels and metrics name it. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Reads {@code all} or a list such as {@code storage,querier}. Every role needs the ports it uses
   * in the same process: ingester and querier need storage, the agent needs the ingester that
   * scrapes it.
   */
  static Set<Role> parse(String text) {
    if (text.equals("all")) {
      return EnumSet.allOf(Role.class);
    }
    EnumSet<Role> roles = EnumSet.noneOf(Role.class);
    for (String name : text.split(",", -1)) {
      roles.add(
          Arrays.stream(values())
              .filter(role -> role.id().equals(name.strip()))
              .findFirst()
              .orElseThrow(() -> unknown(name)));
    }
    require(roles, INGESTER, STORAGE, "to store what it takes in");
    require(roles, QUERIER, STORAGE, "to read from");
    require(roles, AGENT, INGESTER, "to collect its metrics");
    return roles;
  }

  private static void require(Set<Role> roles, Role role, Role needed, String why) {
    if (roles.contains(role) && !roles.contains(needed)) {
      throw new InvalidRequest(
          ErrorId.INVALID_REQUEST,
          "role %s needs role %s in the same process %s".formatted(role.id(), needed.id(), why),
          "add %s to --roles".formatted(needed.id()));
    }
  }

  private static InvalidRequest unknown(String name) {
    return new InvalidRequest(
        ErrorId.INVALID_REQUEST,
        "there is no role \"%s\"".formatted(name.strip()),
        "use all, or some of "
            + Arrays.stream(values()).map(Role::id).collect(Collectors.joining(", ")));
  }
}
