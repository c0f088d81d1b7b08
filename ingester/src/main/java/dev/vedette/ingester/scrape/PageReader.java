package dev.vedette.ingester.scrape;

import dev.vedette.ingester.relabel.Relabeler;
import dev.vedette.model.ErrorId;
import dev.vedette.model.InvalidRequest;
import dev.vedette.model.Label;
import dev.vedette.model.LabelBytes;
import dev.vedette.model.Labels;
import dev.vedette.model.MetricMetadata;
import dev.vedette.model.MetricType;
import dev.vedette.model.Utf8;
import dev.vedette.model.WriteBatch;
import dev.vedette.wire.exposition.BoundLabel;
import dev.vedette.wire.exposition.ExpositionFormat;
import dev.vedette.wire.exposition.ExpositionParser;
import dev.vedette.wire.exposition.ExpositionParser.Entry;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Reads a page of metrics into a batch by way of a target's cache. One page at a time; allocates
 * nothing for lines the cache knows. Belongs to whoever took the {@link ScrapeBuffers} it is in.
 */
final class PageReader {
  private final EnumMap<ExpositionFormat, ExpositionParser> parsers =
      new EnumMap<>(ExpositionFormat.class);

  // Of the page being read.
  private int scraped;
  private int afterRelabelling;
  private int added;
  private int duplicates;
  private long metadataHash;
  private boolean openMetrics;
  private final CreatedTimes created = new CreatedTimes();
  private final FamilyLabels family = new FamilyLabels();

  /**
   * How a page is to be read.
   *
   * @param target labels every series gets
   * @param millis timestamp of samples without one of their own
   */
  record Reading(Labels target, Rules rules, long millis) {}

  /** A pool's rules for samples, compiled. */
  record Rules(PoolConfig.SampleRules config, Relabeler relabeler) {}

  /** Samples on the page. */
  int scraped() {
    return scraped;
  }

  /** Samples that metric relabelling left. */
  int afterRelabelling() {
    return afterRelabelling;
  }

  /** Series that the target had not, as far as the cache remembers. */
  int added() {
    return added;
  }

  /** Samples left out because the page had their series already. */
  int duplicates() {
    return duplicates;
  }

  /** A hash over types, help and units of the page. */
  long metadataHash() {
    return metadataHash;
  }

  /** No page was read, so nothing was found on it. */
  void nothing() {
    scraped = 0;
    afterRelabelling = 0;
    added = 0;
    duplicates = 0;
    metadataHash = 0;
  }

  /**
   * Adds the page's samples to the buffers' batch, whose bytes are the cache's labels.
   *
   * @throws ScrapeFailure where the page is malformed or over a limit; the counts so far stay, and
   *     what is in the batch is not to be used
   */
  void read(Page page, SeriesCache cache, Reading reading, ScrapeBuffers buffers)
      throws ScrapeFailure {
    nothing();
    created.clear();
    family.clear();
    try {
      ExpositionParser parser = parser(page);
      PoolConfig.Histograms histograms = reading.rules.config.histograms();
      parser.histograms(histograms.nativeOnes(), histograms.classicBesideNative());
      samples(parser, cache, reading, buffers);
      created.apply(buffers.batch);
    } catch (InvalidRequest e) {
      throw new ScrapeFailure(ScrapeFailure.Reason.FORMAT, e.explain(), e);
    }
    int limit = reading.rules.config.limits().samples();
    if (limit > 0 && afterRelabelling > limit) {
      throw new ScrapeFailure(
          ScrapeFailure.Reason.SAMPLE_LIMIT,
          "the page has %d samples after metricRelabelings, spec.limits.samples allows %d; drop"
                  .formatted(afterRelabelling, limit)
              + " some with metricRelabelings or raise it");
    }
  }

  private ExpositionParser parser(Page page) {
    ExpositionParser parser = parsers.computeIfAbsent(page.format(), ExpositionFormat::parser);
    parser.reset(page.body(), page.length());
    // The one format that has starts as series of their own.
    openMetrics = page.format() == ExpositionFormat.OPENMETRICS;
    return parser;
  }

  private void samples(
      ExpositionParser parser, SeriesCache cache, Reading reading, ScrapeBuffers buffers)
      throws ScrapeFailure {
    boolean honorTimestamps = reading.rules.config.honorTimestamps();
    boolean trackAll = reading.rules.config.trackTimestampsStaleness();
    boolean typeLabels = reading.rules.config.typeLabels();
    while (true) {
      int expected = cache.expected();
      Entry entry =
          expected == SeriesCache.NONE
              ? parser.next()
              : parser.next(cache.text(), cache.textFrom(expected), cache.textTo(expected));
      if (entry != Entry.SERIES) {
        if (entry == Entry.END) {
          return;
        }
        metadata(parser, entry);
        if (typeLabels && entry != Entry.COMMENT) {
          family.note(parser, entry);
        }
        continue;
      }
      scraped++;
      int line = line(parser, expected, cache, reading);
      cache.see(line);
      long group = cache.groupOf(line);
      if (group != CreatedTimes.NONE) {
        created.seen(group, parser.valueBits());
      }
      int series = cache.seriesOf(line);
      if (series != SeriesCache.DROPPED) {
        afterRelabelling++;
        boolean ownTime = honorTimestamps && parser.hasTimestamp();
        if (!ownTime && cache.series().seenOnPage(series)) {
          duplicates++;
        } else {
          cache.series().see(series, !ownTime || trackAll);
          add(cache.series(), series, buffers.batch);
          add(parser, ownTime ? parser.timestampMillis() : reading.millis, buffers);
          if (group != CreatedTimes.NONE) {
            created.wanted(buffers.batch.sampleCount() - 1, group);
          }
        }
      }
    }
  }

  /** Adds what a line says of the series begun last. */
  private static void add(ExpositionParser parser, long millis, ScrapeBuffers buffers) {
    long told = parser.startMillis();
    long start = told > 0 && told <= millis ? told : 0;
    if (parser.hasHistogram()) {
      buffers.batch.addHistogram(millis, parser.histogram(), start);
    } else {
      buffers.batch.addSample(millis, parser.valueBits(), start);
    }
    while (parser.nextExemplar()) {
      int from = buffers.exemplars.end();
      buffers.exemplars.add(parser.exemplarLabels());
      buffers.batch.addExemplar(
          from,
          buffers.exemplars.end(),
          parser.exemplarHasTimestamp() ? parser.exemplarTimestampMillis() : millis,
          parser.exemplarValueBits());
    }
  }

  private int line(ExpositionParser parser, int expected, SeriesCache cache, Reading reading)
      throws ScrapeFailure {
    BoundLabel bound = parser.boundLabel();
    if (parser.guessed() && cache.bound(expected) == bound) {
      return expected;
    }
    int line = cache.find(parser.seriesBytes(), parser.seriesFrom(), parser.seriesTo(), bound);
    return line == SeriesCache.NONE ? newLine(parser, bound, cache, reading) : line;
  }

  /** The slow path: strings are made, rules applied, limits checked. */
  private int newLine(ExpositionParser parser, BoundLabel bound, SeriesCache cache, Reading reading)
      throws ScrapeFailure {
    byte[] text = parser.seriesBytes();
    int from = parser.seriesFrom();
    int to = parser.seriesTo();
    long group =
        openMetrics ? CreatedTimes.groupOf(parser.labels(), parser.type()) : CreatedTimes.NONE;
    Labels labels = parser.labels(reading.target, reading.rules.config.honorLabels());
    if (reading.rules.config.typeLabels()) {
      labels = family.added(labels, labels.metricName());
    }
    Optional<Labels> kept = reading.rules.relabeler.apply(labels);
    if (kept.isEmpty() || kept.get().isEmpty()) {
      return cache.add(text, from, to, bound, SeriesCache.DROPPED, group);
    }
    if (!kept.get().has(Labels.METRIC_NAME)) {
      throw new InvalidRequest(
          ErrorId.INVALID_EXPOSITION,
          "metricRelabelings left series %s without a name".formatted(labels),
          "do not drop __name__");
    }
    checkLimits(kept.get(), reading.rules.config.limits());
    int before = cache.series().count();
    int series = cache.series().of(LabelBytes.encode(kept.get()));
    added += cache.series().count() - before;
    return cache.add(text, from, to, bound, series, group);
  }

  private static void checkLimits(Labels labels, PoolConfig.Limits limits) throws ScrapeFailure {
    if (limits.labels() > 0 && labels.size() > limits.labels()) {
      throw labelLimit(
          "series %s has %d labels, spec.limits.labels allows %d"
              .formatted(labels.metricName(), labels.size(), limits.labels()));
    }
    if (limits.labelName() == 0 && limits.labelValue() == 0) {
      return;
    }
    for (Label label : labels) {
      checkLength(labels, "name", label, label.name(), "labelNameLength", limits.labelName());
      checkLength(labels, "value", label, label.value(), "labelValueLength", limits.labelValue());
    }
  }

  private static void checkLength(
      Labels labels, String part, Label label, String text, String setting, int limit)
      throws ScrapeFailure {
    int bytes = limit == 0 ? 0 : Utf8.encode(text).length;
    if (bytes > limit) {
      throw labelLimit(
          "the %s of label %.200s of series %.200s has %d bytes, spec.limits.%s allows %d"
              .formatted(part, label.name(), labels.metricName(), bytes, setting, limit));
    }
  }

  private static ScrapeFailure labelLimit(String message) {
    return new ScrapeFailure(
        ScrapeFailure.Reason.LABEL_LIMIT,
        message + "; change or drop it with metricRelabelings or raise the limit");
  }

  /** Begins a series in the batch. */
  static void add(SeriesTable table, int series, WriteBatch batch) {
    batch.addSeries(
        table.labelsFrom(series), table.labelsTo(series), table.hash(series), table.check(series));
  }

  private void metadata(ExpositionParser parser, Entry entry) {
    if (entry != Entry.COMMENT) {
      metadataHash = (metadataHash ^ parser.metadataHash()) * 31 + entry.name().hashCode();
    }
  }

  /** Adds types, help and units of a page that was read before. A second pass; strings are made. */
  void readMetadata(Page page, WriteBatch batch) {
    Map<String, MetricMetadata> families = new LinkedHashMap<>();
    ExpositionParser parser = parser(page);
    for (Entry entry = parser.next(); entry != Entry.END; entry = parser.next()) {
      if (entry == Entry.TYPE || entry == Entry.HELP || entry == Entry.UNIT) {
        String family = parser.family();
        MetricMetadata known =
            families.getOrDefault(family, new MetricMetadata(family, MetricType.UNKNOWN, "", ""));
        families.put(family, with(known, parser, entry));
      }
    }
    families.values().forEach(batch::addMetadata);
  }

  private static MetricMetadata with(MetricMetadata known, ExpositionParser parser, Entry entry) {
    return switch (entry) {
      case TYPE -> new MetricMetadata(known.family(), parser.type(), known.help(), known.unit());
      case HELP -> new MetricMetadata(known.family(), known.type(), parser.text(), known.unit());
      case UNIT -> new MetricMetadata(known.family(), known.type(), known.help(), parser.text());
      case END, SERIES, COMMENT -> known;
    };
  }
}
