package dev.vedette.ingester.scrape;

/** A pool's settings in working form; replaced whole when they change. */
record PoolRuntime(PoolConfig config, PageReader.Rules rules, PageFetcher fetcher) {}
