package dev.vedette.promql;

import dev.vedette.model.ErrorId;
import dev.vedette.model.LimitExceeded;
import dev.vedette.model.TenantId;
import dev.vedette.model.Unavailable;
import java.util.Locale;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Memory that the queries of a process share, in bytes. Whoever answers a request opens a {@link
 * Reservation}, reserves what it is about to hold and closes it when the answer is written. What
 * would go beyond the whole, or beyond one query's part of it, is refused before it takes memory,
 * so that no number of queries exhausts the process. A thirty-second of it is for reservations of
 * up to 256 kB alone, so that small queries are answered however many large ones there are. What is
 * opened for a tenant is bound by the tenant's share besides.
 *
 * <p>The figures are estimates of what arrays and labels take, on the high side. Safe for all
 * threads, as are reservations.
 */
public final class QueryMemory {
  // Taken from the whole at a time, so that queries meet at the counter rarely.
  private static final long GRAIN = 256 << 10;

  // Large ones leave a part to small ones. In a heap of 512 MB that is room for twenty, as many
  // queries as run at once.
  private static final long SMALL = GRAIN;
  private static final int PART_OF_SMALL = 32;

  // One query leaves as much to all others.
  private static final int PART_OF_ONE = 2;

  private final long totalBytes;
  private final String setting;
  private final AtomicLong used = new AtomicLong();
  private final OfTenant ofTenant;
  // Of those that hold memory.
  private final ConcurrentMap<TenantId, Account> accounts = new ConcurrentHashMap<>();

  /** What a tenant's queries hold together. */
  private static final class Account {
    final AtomicLong used = new AtomicLong();
    // Changes while the map holds the entry's lock.
    int open;
  }

  /**
   * What one tenant's queries may hold together.
   *
   * @param setting names what to raise, for whoever is refused
   */
  public record OfTenant(long bytes, String setting) {}

  /**
   * @param totalBytes for all queries together; one may take half of it
   * @param setting names what to raise, for whoever is refused
   */
  public QueryMemory(long totalBytes, String setting) {
    this(totalBytes, setting, new OfTenant(Long.MAX_VALUE, setting));
  }

  /** The same, of which one tenant may have a part. */
  public QueryMemory(long totalBytes, String setting, OfTenant ofTenant) {
    if (totalBytes < 1) {
      throw new IllegalArgumentException("%d bytes for queries".formatted(totalBytes));
    }
    this.totalBytes = totalBytes;
    this.setting = setting;
    this.ofTenant = ofTenant;
  }

  /** Without a bound, for engines that answer one query at a time. */
  public static QueryMemory unbounded() {
    return new QueryMemory(Long.MAX_VALUE, "");
  }

  /** For nobody's account. */
  public Reservation open() {
    return new Reservation(null);
  }

  /** For a tenant's account. */
  public Reservation open(TenantId tenant) {
    return new Reservation(tenant);
  }

  /** Bytes reserved now for a tenant's account. */
  public long usedBytes(TenantId tenant) {
    Account account = accounts.get(tenant);
    return account == null ? 0 : account.used.get();
  }

  /** Tenants that hold memory now. */
  int tenants() {
    return accounts.size();
  }

  private Account opened(TenantId tenant) {
    return accounts.compute(
        tenant,
        (_, there) -> {
          Account account = there == null ? new Account() : there;
          account.open++;
          return account;
        });
  }

  private void closed(TenantId tenant) {
    accounts.computeIfPresent(tenant, (_, account) -> --account.open == 0 ? null : account);
  }

  public long totalBytes() {
    return totalBytes;
  }

  /** Bytes reserved now. */
  public long usedBytes() {
    return used.get();
  }

  private long mostOfOne() {
    return totalBytes / PART_OF_ONE;
  }

  /** What all together may hold once a query that holds so much has its part. */
  private long mostOfAll(long needed) {
    return needed <= SMALL ? totalBytes : totalBytes - totalBytes / PART_OF_SMALL;
  }

  /** What one query holds. Closing gives all of it back; closing twice does nothing more. */
  public final class Reservation implements AutoCloseable {
    private final @Nullable TenantId tenant;
    // Guarded by this.
    private long needed;
    private long taken;
    // From the first time that memory is taken until it is closed.
    private @Nullable Account account;

    private Reservation(@Nullable TenantId tenant) {
      this.tenant = tenant;
    }

    /**
     * Reserves memory that is about to be taken.
     *
     * @throws LimitExceeded ({@code query-limit}) where one query may not hold so much
     * @throws Unavailable ({@code query-limit}) where all queries together hold too much just now
     */
    public synchronized void add(long bytes) {
      long wanted = needed + bytes;
      if (wanted < 0 || wanted > mostOfOne()) {
        throw tooMuchForOne(wanted);
      }
      if (tenant != null && wanted > ofTenant.bytes()) {
        throw tooMuchOfTenant(wanted);
      }
      if (wanted > taken) {
        long most = wanted <= SMALL ? Math.min(SMALL, mostOfOne()) : mostOfOne();
        take(Math.min(wanted - taken + GRAIN, most - taken), wanted - taken, mostOfAll(wanted));
      }
      needed = wanted;
    }

    /**
     * Adds what is of use and not needed: false where that would leave less than half to others, to
     * the tenant's others, or to what the query needs itself.
     */
    public synchronized boolean tryAdd(long bytes) {
      if (used.get() > totalBytes / 2 - bytes || needed + bytes > mostOfOne() / 2) {
        return false;
      }
      if (tenant != null && usedBytes(tenant) > ofTenant.bytes() / 2 - bytes) {
        return false;
      }
      try {
        add(bytes);
        return true;
      } catch (LimitExceeded | Unavailable _) {
        return false;
      }
    }

    /** Gives back a part of what was added. */
    public synchronized void release(long bytes) {
      needed -= Math.min(bytes, needed);
      long spare = taken - needed;
      if (spare > 2 * GRAIN) {
        taken -= spare - GRAIN;
        giveBack(spare - GRAIN);
      }
    }

    private void giveBack(long bytes) {
      used.addAndGet(-bytes);
      returnToTenant(bytes);
    }

    /** What is reserved now, in bytes. */
    public synchronized long heldBytes() {
      return needed;
    }

    /** The most that still fits into one query's part. */
    public synchronized long room() {
      return Math.min(mostOfOne(), tenant == null ? Long.MAX_VALUE : ofTenant.bytes()) - needed;
    }

    private void take(long wanted, long atLeast, long most) {
      long granted = tenant == null ? wanted : takeOfTenant(tenant, wanted, atLeast);
      while (true) {
        long before = used.get();
        long bytes = Math.min(granted, most - before);
        if (bytes < atLeast) {
          returnToTenant(granted);
          throw tooMuchForAll(before);
        }
        if (used.compareAndSet(before, before + bytes)) {
          returnToTenant(granted - bytes);
          taken += bytes;
          return;
        }
      }
    }

    private long takeOfTenant(TenantId tenant, long wanted, long atLeast) {
      Account own = account;
      if (own == null) {
        own = opened(tenant);
        account = own;
      }
      AtomicLong all = own.used;
      while (true) {
        long before = all.get();
        long bytes = Math.min(wanted, ofTenant.bytes() - before);
        if (bytes < atLeast) {
          throw tooMuchForTenant(tenant, before);
        }
        if (all.compareAndSet(before, before + bytes)) {
          return bytes;
        }
      }
    }

    private void returnToTenant(long bytes) {
      if (account != null) {
        account.used.addAndGet(-bytes);
      }
    }

    @Override
    public synchronized void close() {
      giveBack(taken);
      taken = 0;
      needed = 0;
      if (tenant != null && account != null) {
        closed(tenant);
        account = null;
      }
    }
  }

  private LimitExceeded tooMuchForOne(long wanted) {
    return new LimitExceeded(
        ErrorId.QUERY_LIMIT,
        "the query would hold %s in memory, one query may hold %s, half of what all may"
            .formatted(wanted < 0 ? "more than that" : text(wanted), text(mostOfOne())),
        "ask for a shorter range, a longer step or fewer series, or raise " + setting,
        false);
  }

  private LimitExceeded tooMuchOfTenant(long wanted) {
    return new LimitExceeded(
        ErrorId.QUERY_LIMIT,
        "the query would hold %s in memory, the queries of one tenant may hold %s together"
            .formatted(text(wanted), text(ofTenant.bytes())),
        "ask for a shorter range, a longer step or fewer series, or raise " + ofTenant.setting(),
        false);
  }

  private Unavailable tooMuchForTenant(TenantId tenant, long before) {
    return new Unavailable(
        ErrorId.QUERY_LIMIT,
        "the queries of tenant %s that run now hold %s of the %s in memory that a tenant's may hold"
            .formatted(tenant, text(before), text(ofTenant.bytes())),
        "ask again later, or raise " + ofTenant.setting());
  }

  private Unavailable tooMuchForAll(long before) {
    return new Unavailable(
        ErrorId.QUERY_LIMIT,
        "the queries that run now hold %s of the %s in memory that all may hold together"
            .formatted(text(before), text(totalBytes)),
        "ask again later, or raise " + setting);
  }

  private static String text(long bytes) {
    return bytes < 10 << 20
        ? "%d kB".formatted((bytes + 1023) >> 10)
        : String.format(Locale.ROOT, "%d MB", bytes >> 20);
  }
}
