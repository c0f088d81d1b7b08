package dev.vedette.promql;

import dev.vedette.model.ErrorId;
import dev.vedette.model.LimitExceeded;
import dev.vedette.model.TenantId;
import dev.vedette.model.Unavailable;
import java.util.Locale;
import java.util.Map;
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
 * opened for a tenant is bound by the tenant's share besides, and one query of it by its own bound.
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
  private volatile OfTenants ofTenants;
  // Of those that hold memory.
  private final ConcurrentMap<TenantId, Account> accounts = new ConcurrentHashMap<>();

  /** What a tenant's queries hold together. */
  private static final class Account {
    final AtomicLong used = new AtomicLong();
    // Changes while the map holds the entry's lock.
    int open;
  }

  /**
   * What may be held.
   *
   * @param setting names what to raise, for whoever is refused
   */
  public record Bound(long bytes, String setting) {
    static final Bound NONE = new Bound(Long.MAX_VALUE, "");
  }

  /**
   * What one tenant's queries may hold.
   *
   * @param all of them together
   * @param one of them, where that is less than half of the whole
   */
  public record OfTenant(Bound all, Bound one) {
    private static final OfTenant UNBOUND = new OfTenant(Bound.NONE, Bound.NONE);

    /** One of them no less than any query. */
    public OfTenant(long bytes, String setting) {
      this(new Bound(bytes, setting), Bound.NONE);
    }
  }

  /** Of any tenant, and of those that have their own. */
  private record OfTenants(OfTenant any, Map<TenantId, OfTenant> own) {}

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
    this.ofTenants = new OfTenants(ofTenant, Map.of());
  }

  /**
   * Other bounds of tenants, for what is opened from now on.
   *
   * @param any of tenants that do not have their own
   */
  public void bounds(OfTenant any, Map<TenantId, OfTenant> own) {
    ofTenants = new OfTenants(any, Map.copyOf(own));
  }

  /** Without a bound, for engines that answer one query at a time. */
  public static QueryMemory unbounded() {
    return new QueryMemory(Long.MAX_VALUE, "");
  }

  /** For nobody's account. */
  public Reservation open() {
    return new Reservation(null, OfTenant.UNBOUND);
  }

  /** For a tenant's account. */
  public Reservation open(TenantId tenant) {
    OfTenants now = ofTenants;
    return new Reservation(tenant, now.own().getOrDefault(tenant, now.any()));
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

  private long mostOfAny() {
    return totalBytes / PART_OF_ONE;
  }

  /** What all together may hold once a query that holds so much has its part. */
  private long mostOfAll(long needed) {
    return needed <= SMALL ? totalBytes : totalBytes - totalBytes / PART_OF_SMALL;
  }

  /** What one query holds. Closing gives all of it back; closing twice does nothing more. */
  public final class Reservation implements AutoCloseable {
    private final @Nullable TenantId tenant;
    private final OfTenant bounds;
    // Guarded by this.
    private long needed;
    private long taken;
    // From the first time that memory is taken until it is closed.
    private @Nullable Account account;

    private Reservation(@Nullable TenantId tenant, OfTenant bounds) {
      this.tenant = tenant;
      this.bounds = bounds;
    }

    private long mostOfOne() {
      return Math.min(mostOfAny(), bounds.one().bytes());
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
        throw tooMuchForOne(wanted, bounds.one());
      }
      if (wanted > bounds.all().bytes()) {
        throw tooMuchOfTenant(wanted, bounds.all());
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
      if (tenant != null && usedBytes(tenant) > bounds.all().bytes() / 2 - bytes) {
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
      return Math.min(mostOfOne(), bounds.all().bytes()) - needed;
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
        long bytes = Math.min(wanted, bounds.all().bytes() - before);
        if (bytes < atLeast) {
          throw tooMuchForTenant(tenant, before, bounds.all());
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

  private LimitExceeded tooMuchForOne(long wanted, Bound one) {
    boolean isHalf = mostOfAny() <= one.bytes();
    return new LimitExceeded(
        ErrorId.QUERY_LIMIT,
        "the query would hold %s in memory, one query may hold %s"
            .formatted(
                wanted < 0 ? "more than that" : text(wanted),
                isHalf ? text(mostOfAny()) + ", half of what all may" : text(one.bytes())),
        "ask for a shorter range, a longer step or fewer series, or raise "
            + (isHalf ? setting : one.setting()),
        false);
  }

  private static LimitExceeded tooMuchOfTenant(long wanted, Bound all) {
    return new LimitExceeded(
        ErrorId.QUERY_LIMIT,
        "the query would hold %s in memory, the queries of one tenant may hold %s together"
            .formatted(text(wanted), text(all.bytes())),
        "ask for a shorter range, a longer step or fewer series, or raise " + all.setting(),
        false);
  }

  private static Unavailable tooMuchForTenant(TenantId tenant, long before, Bound all) {
    return new Unavailable(
        ErrorId.QUERY_LIMIT,
        "the queries of tenant %s that run now hold %s of the %s in memory that a tenant's may hold"
            .formatted(tenant, text(before), text(all.bytes())),
        "ask again later, or raise " + all.setting());
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
