package dev.vedette.ingester.scrape;

import dev.vedette.ingester.discovery.DiscoveryMetrics;
import dev.vedette.ingester.discovery.DnsResolver;
import dev.vedette.model.Ticker;
import java.time.Clock;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What all pools of a process share.
 *
 * @param seed shifts all schedules, so that two processes do not ask the same targets at once
 * @param running a permit for each scrape that may be under way
 * @param targets how many targets are scraped
 * @param families what targets say of their metric families
 * @param departing targets that are gone and whose series have not ended yet
 */
record ScrapeContext(
    ScrapeConfig config,
    Clock clock,
    Ticker ticker,
    Timers timers,
    SampleWriter writer,
    ScrapeMetrics metrics,
    DiscoveryMetrics discoveryMetrics,
    DnsResolver resolver,
    ScrapeBuffers.Pool buffers,
    long seed,
    String userAgent,
    Semaphore running,
    AtomicInteger targets,
    SharedFamilies families,
    Departing departing) {}
