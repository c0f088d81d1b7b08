package dev.vedette.ingester.scrape;

import dev.vedette.wire.exposition.ExpositionFormat;

/** A page of metrics as it was fetched: the first {@code length} bytes of the buffer. */
@SuppressWarnings("ArrayRecordComponent") // a view of a buffer; nobody compares pages
record Page(byte[] body, int length, ExpositionFormat format) {}
