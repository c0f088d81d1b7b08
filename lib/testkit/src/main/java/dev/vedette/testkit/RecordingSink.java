package dev.vedette.testkit;

import dev.vedette.model.Histogram;
import dev.vedette.model.InvalidRequest;
import dev.vedette.model.Labels;
import dev.vedette.model.MetricMetadata;
import dev.vedette.model.SampleSink;
import dev.vedette.model.TenantId;
import dev.vedette.model.WriteBatch;
import dev.vedette.model.WriteOutcome;
import dev.vedette.model.WriteOutcome.Refusal;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes everything that is well-formed and remembers it in the order it came, so that tests of the
 * ways in can look at what they made of bytes. Series whose labels are invalid are refused. All
 * methods are synchronized.
 */
public final class RecordingSink implements SampleSink {
  private final List<Sample> samples = new ArrayList<>();
  private final List<HistogramSample> histograms = new ArrayList<>();
  private final List<Exemplar> exemplars = new ArrayList<>();
  private final List<MetricMetadata> metadata = new ArrayList<>();

  /** A sample; its start is 0 where it has none. */
  public record Sample(Labels labels, long timestampMillis, long startMillis, long bits) {
    public static Sample of(Labels labels, long timestampMillis, double value) {
      return new Sample(labels, timestampMillis, 0, Double.doubleToRawLongBits(value));
    }

    public double value() {
      return Double.longBitsToDouble(bits);
    }
  }

  /** A histogram sample; its start is 0 where it has none. */
  public record HistogramSample(
      Labels labels, long timestampMillis, long startMillis, Histogram histogram) {}

  /** An exemplar of a series. */
  public record Exemplar(Labels series, Labels labels, long timestampMillis, double value) {}

  @Override
  public synchronized WriteOutcome write(TenantId tenant, WriteBatch batch) {
    int before = samples.size();
    int histogramsBefore = histograms.size();
    int exemplarsBefore = exemplars.size();
    List<Refusal> refusals = new ArrayList<>();
    for (int i = 0; i < batch.seriesCount(); i++) {
      try {
        record(batch, i);
      } catch (InvalidRequest e) {
        int count = batch.samplesTo(i) - batch.samplesFrom(i);
        int histogramCount = batch.histogramsTo(i) - batch.histogramsFrom(i);
        refusals.add(new Refusal(e.id(), count + histogramCount, e.advice(), false));
      }
    }
    metadata.addAll(batch.metadata());
    return new WriteOutcome(
        samples.size() - before,
        0,
        histograms.size() - histogramsBefore,
        0,
        exemplars.size() - exemplarsBefore,
        refusals);
  }

  private void record(WriteBatch batch, int series) {
    Labels labels = batch.labels(series);
    for (int at = batch.samplesFrom(series); at < batch.samplesTo(series); at++) {
      samples.add(
          new Sample(labels, batch.timestamps()[at], batch.start(at), batch.valueBits()[at]));
    }
    for (int at = batch.histogramsFrom(series); at < batch.histogramsTo(series); at++) {
      histograms.add(
          new HistogramSample(
              labels, batch.histogramTimestamp(at), batch.histogramStart(at), batch.histogram(at)));
    }
    for (int at = batch.exemplarsFrom(series); at < batch.exemplarsTo(series); at++) {
      exemplars.add(
          new Exemplar(
              labels,
              batch.exemplarLabels(at),
              batch.exemplarTimestamp(at),
              Double.longBitsToDouble(batch.exemplarValueBits(at))));
    }
  }

  public synchronized List<Sample> samples() {
    return List.copyOf(samples);
  }

  public synchronized List<HistogramSample> histograms() {
    return List.copyOf(histograms);
  }

  public synchronized List<Exemplar> exemplars() {
    return List.copyOf(exemplars);
  }

  public synchronized List<MetricMetadata> metadata() {
    return List.copyOf(metadata);
  }

  /** Forgets everything. */
  public synchronized void clear() {
    samples.clear();
    histograms.clear();
    exemplars.clear();
    metadata.clear();
  }
}
