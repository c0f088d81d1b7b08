package dev.vedette.promql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.vedette.model.ErrorId;
import dev.vedette.model.LimitExceeded;
import dev.vedette.model.TenantId;
import dev.vedette.model.Unavailable;
import dev.vedette.promql.QueryMemory.Reservation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

class QueryMemoryTest {
  private static final long MB = 1 << 20;

  private final QueryMemory memory = new QueryMemory(64 * MB, "the.setting");

  @Test
  void oneQueryMayHoldHalfOfTheWhole() {
    try (Reservation one = memory.open()) {
      one.add(32 * MB);

      assertThatThrownBy(() -> one.add(1))
          .isInstanceOf(LimitExceeded.class)
          .hasMessage(
              "the query would hold 32 MB in memory, one query may hold 32 MB, half of what all"
                  + " may")
          .extracting(e -> ((LimitExceeded) e).explain())
          .asString()
          .contains("the.setting", ErrorId.QUERY_LIMIT.id());
    }
    assertThat(memory.usedBytes()).isZero();
  }

  @Test
  void allQueriesTogetherMayHoldTheWhole() {
    Reservation first = memory.open();
    Reservation second = memory.open();
    Reservation third = memory.open();
    first.add(30 * MB);
    second.add(30 * MB);

    assertThatThrownBy(() -> third.add(10 * MB))
        .isInstanceOf(Unavailable.class)
        .hasMessageContaining("of the 64 MB in memory that all may hold together")
        .extracting(e -> ((Unavailable) e).explain())
        .asString()
        .contains("the.setting", ErrorId.QUERY_LIMIT.id());

    first.close();
    third.add(10 * MB);
    second.close();
    third.close();
    assertThat(memory.usedBytes()).isZero();
  }

  @Test
  void largeOnesLeaveRoomForSmallOnes() {
    try (Reservation first = memory.open();
        Reservation second = memory.open();
        Reservation third = memory.open()) {
      first.add(32 * MB);
      second.add(30 * MB);

      assertThatThrownBy(() -> third.add(2 * MB)).isInstanceOf(Unavailable.class);
      third.add(MB / 4);
      assertThatThrownBy(() -> third.add(MB / 4)).isInstanceOf(Unavailable.class);
      assertThatThrownBy(() -> second.add(MB)).isInstanceOf(Unavailable.class);
    }
    assertThat(memory.usedBytes()).isZero();
  }

  @Test
  void whatIsGivenBackIsThereForOthers() {
    Reservation first = memory.open();
    first.add(32 * MB);
    first.release(31 * MB);

    assertThat(memory.usedBytes()).isLessThan(2 * MB);
    assertThat(first.room()).isEqualTo(31 * MB);
    first.add(31 * MB);
    first.close();
    first.close();
    assertThat(memory.usedBytes()).isZero();
  }

  @Test
  void whatNoNumberCanSayIsTooMuchForOne() {
    try (Reservation one = memory.open()) {
      one.add(5 * MB);
      assertThatThrownBy(() -> one.add(Long.MAX_VALUE)).isInstanceOf(LimitExceeded.class);
    }
    assertThat(memory.usedBytes()).isZero();
  }

  @Test
  void manyThreadsNeverHoldMoreThanTheWhole() throws InterruptedException {
    long seed = Long.getLong("seed", 1);
    ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      SplittableRandom random = new SplittableRandom(seed + i);
      threads.add(Thread.ofPlatform().start(() -> addAndRelease(random, wrong)));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(wrong).as("-Dseed=%d", seed).isEmpty();
    assertThat(memory.usedBytes()).as("-Dseed=%d", seed).isZero();
  }

  private void addAndRelease(SplittableRandom random, ConcurrentLinkedQueue<String> wrong) {
    for (int query = 0; query < 300; query++) {
      try (Reservation one = memory.open()) {
        long held = 0;
        for (int i = 0; i < 20; i++) {
          long bytes = random.nextLong(4 * MB);
          if (random.nextInt(3) == 0) {
            bytes = Math.min(bytes, held);
            one.release(bytes);
            held -= bytes;
          } else if (catchThrowable(adding(one, bytes)) == null) {
            held += bytes;
          }
          if (memory.usedBytes() > memory.totalBytes() || memory.usedBytes() < held) {
            wrong.add("used %d, of it %d here".formatted(memory.usedBytes(), held));
          }
        }
      }
    }
  }

  private static org.assertj.core.api.ThrowableAssert.ThrowingCallable adding(
      Reservation one, long bytes) {
    return () -> one.add(bytes);
  }

  @Test
  void theQueriesOfATenantHaveAShareTogether() {
    QueryMemory memory =
        new QueryMemory(1 << 30, "all", new QueryMemory.OfTenant(1 << 20, "the share"));
    TenantId greedy = new TenantId("greedy");
    try (QueryMemory.Reservation first = memory.open(greedy);
        QueryMemory.Reservation second = memory.open(greedy);
        QueryMemory.Reservation other = memory.open(TenantId.DEFAULT)) {
      first.add(700 << 10);
      assertThatThrownBy(() -> second.add(700 << 10))
          .isInstanceOf(Unavailable.class)
          .hasMessageContaining("the queries of tenant greedy that run now hold");
      other.add(700 << 10);
      first.release(600 << 10);
      second.add(300 << 10);
    }
    assertThat(memory.usedBytes(greedy)).isZero();
    assertThat(memory.usedBytes()).isZero();
  }

  @Test
  void aQueryOfMoreThanATenantsShareIsRefusedForGood() {
    QueryMemory memory =
        new QueryMemory(1 << 30, "all", new QueryMemory.OfTenant(1 << 20, "the share"));
    try (QueryMemory.Reservation query = memory.open(TenantId.DEFAULT)) {
      assertThatThrownBy(() -> query.add(2 << 20))
          .isInstanceOf(LimitExceeded.class)
          .hasMessageContaining("the queries of one tenant may hold 1024 kB together");
      assertThat(query.room()).isEqualTo(1 << 20);
    }
  }

  @Test
  void oneQueryOfATenantMayHaveABoundOfItsOwn() {
    TenantId small = new TenantId("small");
    memory.bounds(bounds(Long.MAX_VALUE), Map.of(small, bounds(3 * MB)));

    try (Reservation query = memory.open(small);
        Reservation second = memory.open(small);
        Reservation other = memory.open(TenantId.DEFAULT)) {
      query.add(2 * MB);
      second.add(2 * MB);
      other.add(20 * MB);
      assertThat(query.room()).isEqualTo(MB);
      assertThat(query.tryAdd(MB)).isFalse();
      assertThatThrownBy(() -> query.add(2 * MB))
          .isInstanceOf(LimitExceeded.class)
          .hasMessage("the query would hold 4096 kB in memory, one query may hold 3072 kB")
          .extracting(e -> ((LimitExceeded) e).wayOut())
          .asString()
          .endsWith("or raise the one");
    }
    assertThat(memory.usedBytes()).isZero();
  }

  @Test
  void noQueryMayHoldMoreThanHalfOfTheWholeWhateverItsOwnBoundIs() {
    memory.bounds(bounds(40 * MB), Map.of());

    try (Reservation query = memory.open(TenantId.DEFAULT)) {
      assertThatThrownBy(() -> query.add(33 * MB))
          .hasMessageContaining("one query may hold 32 MB, half of what all may")
          .extracting(e -> ((LimitExceeded) e).wayOut())
          .asString()
          .endsWith("or raise the.setting");
    }
  }

  @Test
  void aQueryKeepsToTheBoundsThatItBeganWith() {
    memory.bounds(bounds(3 * MB), Map.of());
    try (Reservation before = memory.open(TenantId.DEFAULT)) {
      memory.bounds(bounds(8 * MB), Map.of());
      try (Reservation after = memory.open(TenantId.DEFAULT)) {
        after.add(7 * MB);
        assertThatThrownBy(() -> before.add(4 * MB)).isInstanceOf(LimitExceeded.class);
      }
    }
  }

  private static QueryMemory.OfTenant bounds(long ofOne) {
    return new QueryMemory.OfTenant(
        new QueryMemory.Bound(Long.MAX_VALUE, "the share"),
        new QueryMemory.Bound(ofOne, "the one"));
  }

  @Test
  void whatAllTogetherCannotHaveIsNotCountedForTheTenant() {
    QueryMemory memory =
        new QueryMemory(4 << 20, "all", new QueryMemory.OfTenant(3 << 20, "the share"));
    try (QueryMemory.Reservation nobody = memory.open();
        QueryMemory.Reservation other = memory.open();
        QueryMemory.Reservation query = memory.open(TenantId.DEFAULT)) {
      nobody.add(1900 << 10);
      other.add(1900 << 10);
      assertThatThrownBy(() -> query.add(1 << 20)).isInstanceOf(Unavailable.class);
      assertThat(memory.usedBytes(TenantId.DEFAULT)).isZero();
    }
  }

  @Test
  void whatIsNotNeededLeavesHalfOfATenantsShare() {
    QueryMemory memory =
        new QueryMemory(1 << 30, "all", new QueryMemory.OfTenant(8 * MB, "the share"));
    try (Reservation first = memory.open(TenantId.DEFAULT);
        Reservation second = memory.open(TenantId.DEFAULT);
        Reservation other = memory.open(new TenantId("other"))) {
      assertThat(first.tryAdd(5 * MB)).isFalse();
      assertThat(first.tryAdd(3 * MB)).isTrue();
      assertThat(second.tryAdd(2 * MB)).isFalse();
      assertThat(other.tryAdd(2 * MB)).isTrue();

      first.add(4 * MB);
      first.release(7 * MB);
      assertThat(second.tryAdd(2 * MB)).isTrue();
    }
  }

  @Test
  void ofTenantsThatHoldNothingNothingIsKept() {
    QueryMemory memory =
        new QueryMemory(1 << 30, "all", new QueryMemory.OfTenant(8 * MB, "the share"));
    for (int i = 0; i < 1000; i++) {
      TenantId tenant = new TenantId("tenant" + i);
      Reservation outer = memory.open(tenant);
      Reservation inner = memory.open(tenant);
      assertThat(memory.tenants()).isZero();
      outer.add(MB);
      inner.add(MB);
      inner.close();
      inner.close();
      assertThat(memory.usedBytes(tenant)).isGreaterThanOrEqualTo(MB);
      assertThat(memory.tenants()).isEqualTo(1);
      outer.close();
    }
    assertThat(memory.tenants()).isZero();
    assertThat(memory.usedBytes()).isZero();
  }

  @Test
  void threadsOfOneTenantShareItsAccountHoweverOftenItIsOpenedAnew() throws InterruptedException {
    QueryMemory memory =
        new QueryMemory(1 << 30, "all", new QueryMemory.OfTenant(4 * MB, "the share"));
    ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int query = 0; query < 5_000; query++) {
                      try (Reservation one = memory.open(TenantId.DEFAULT)) {
                        one.add(MB / 2);
                        long used = memory.usedBytes(TenantId.DEFAULT);
                        if (used < MB / 2 || used > 4 * MB) {
                          wrong.add("used " + used);
                        }
                      }
                    }
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(wrong).isEmpty();
    assertThat(memory.tenants()).isZero();
    assertThat(memory.usedBytes()).isZero();
  }
}
