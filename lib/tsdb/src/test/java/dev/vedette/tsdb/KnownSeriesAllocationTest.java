package dev.vedette.tsdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.LabelBytes;
import dev.vedette.model.Labels;
import dev.vedette.model.TenantId;
import dev.vedette.model.WriteBatch;
import dev.vedette.testkit.Allocation;
import dev.vedette.testkit.FakeClock;
import dev.vedette.tsdb.head.Head;
import dev.vedette.tsdb.head.HeadConfig;
import dev.vedette.tsdb.head.HeadLog;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A sample of a known series makes no garbage on its way through the head and into log records. */
class KnownSeriesAllocationTest {
  private static final long NOW = 1_760_000_000_000L;
  // So few that the pages their chunks leave are used again: chunks of many series change their
  // size at the same moment, and more spare pages than the head keeps would be made anew.
  private static final int FEW = 100;
  private static final int MANY = 600;
  private static final int WARM_UP = 1_000;
  private static final int ROUNDS = 1_000;

  @Test
  void aSampleOfAKnownSeriesAllocatesNothing() {
    assertThatSamplesAllocateNothing(0);
  }

  @Test
  void neitherDoesOneWithAStartTimestamp() {
    assertThatSamplesAllocateNothing(NOW - 86_400_000);
  }

  private void assertThatSamplesAllocateNothing(long startMillis) {
    double few = garbageOfARequest(FEW, startMillis);
    double many = garbageOfARequest(MANY, startMillis);

    // What a request costs as a whole, its outcome for instance, is in both.
    assertThat((many - few) / (MANY - FEW)).as("bytes a sample").isLessThan(0.1);
    assertThat(few).as("bytes a request").isLessThan(1_000);
  }

  private double garbageOfARequest(int series, long startMillis) {
    FakeClock clock = new FakeClock(Instant.ofEpochMilli(NOW));
    Head head = new Head(HeadConfig.defaults(), clock, new EncodingLog(), new PrometheusRegistry());
    WriteBatch batch = batch(series, startMillis);
    for (int round = 0; round < WARM_UP; round++) {
      write(head, clock, batch, round);
    }
    long pages = head.chunkBytes();
    long allocated =
        Allocation.bytesOf(
            () -> {
              for (int round = 0; round < ROUNDS; round++) {
                write(head, clock, batch, WARM_UP + round);
              }
            });
    // Memory for the samples themselves comes in pages.
    return (double) (allocated - (head.chunkBytes() - pages)) / ROUNDS;
  }

  private static void write(Head head, FakeClock clock, WriteBatch batch, int round) {
    for (int i = 0; i < batch.seriesCount(); i++) {
      batch.timestamps()[i] += 1000;
      // Some never change, some always, some now and then; some are integers.
      batch.valueBits()[i] =
          switch (i % 4) {
            case 0 -> Double.doubleToRawLongBits(7);
            case 1 -> Double.doubleToRawLongBits(round * 1.1 + i);
            case 2 -> Double.doubleToRawLongBits(Math.floor(round / 50.0));
            default -> Double.doubleToRawLongBits(1_000_000 + 17.0 * round);
          };
    }
    clock.advance(Duration.ofSeconds(1));
    head.write(TenantId.DEFAULT, batch);
  }

  private static WriteBatch batch(int series, long startMillis) {
    List<byte[]> runs = new ArrayList<>();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = 0; i < series; i++) {
      byte[] run =
          LabelBytes.encode(
              Labels.of("__name__", "m" + i % 50, "instance", "host-" + i, "job", "j"));
      runs.add(run);
      bytes.writeBytes(run);
    }
    WriteBatch batch = new WriteBatch();
    batch.reset(bytes.toByteArray());
    int from = 0;
    for (byte[] run : runs) {
      batch.addSeries(from, from + run.length);
      batch.addSample(NOW, 0, startMillis);
      from += run.length;
    }
    return batch;
  }

  /** Encodes records as the write-ahead log does, and forgets them. */
  private static final class EncodingLog implements HeadLog {
    private long end;

    @Override
    public void checkWritable() {}

    @Override
    public Records newRecords() {
      return new LogRecords();
    }

    @Override
    public synchronized long append(Records records) {
      end += ((LogRecords) records).encoded().sizeBytes();
      return end;
    }

    @Override
    public synchronized long end() {
      return end;
    }

    @Override
    public void awaitDurable(long position) {}
  }
}
