package dev.vedette.tsdb.wal;

import dev.vedette.model.Histogram;
import dev.vedette.model.LabelBytes;
import dev.vedette.model.Labels;
import dev.vedette.model.MetricMetadata;
import dev.vedette.model.TenantId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Keeps what a replay hands out, leaving out samples of series it was not told of. */
class Collected implements WalVisitor {
  final Map<Integer, Labels> series = new LinkedHashMap<>();
  final Map<Integer, TenantId> tenants = new LinkedHashMap<>();
  final List<Sample> samples = new ArrayList<>();
  final List<Extra> extras = new ArrayList<>();
  final List<Extra> lost = new ArrayList<>();
  final List<Sample> orphans = new ArrayList<>();
  final Map<String, MetricMetadata> metadata = new LinkedHashMap<>();
  final List<WalDamage> damages = new ArrayList<>();

  record Sample(int ref, long timestampMillis, long valueBits) {
    static Sample of(int ref, long timestampMillis, double value) {
      return new Sample(ref, timestampMillis, Double.doubleToRawLongBits(value));
    }
  }

  /** A float with a start timestamp, or a histogram. */
  record Extra(
      int ref,
      long timestampMillis,
      long valueBits,
      @Nullable Histogram histogram,
      long startMillis) {}

  @Override
  public void series(int ref, TenantId tenant, byte[] bytes, int from, int to) {
    series.put(ref, LabelBytes.decode(bytes, from, to));
    tenants.put(ref, tenant);
  }

  @Override
  public void sample(int ref, long timestampMillis, long valueBits) {
    (series.containsKey(ref) ? samples : orphans).add(new Sample(ref, timestampMillis, valueBits));
  }

  @Override
  public void sample(int ref, long timestampMillis, long valueBits, long startMillis) {
    extras.add(new Extra(ref, timestampMillis, valueBits, null, startMillis));
  }

  @Override
  public void histogram(int ref, long timestampMillis, Histogram histogram, long startMillis) {
    extras.add(new Extra(ref, timestampMillis, 0, histogram, startMillis));
  }

  @Override
  public void lostHistogram(int ref, long timestampMillis) {
    lost.add(new Extra(ref, timestampMillis, 0, null, 0));
  }

  @Override
  public void metadata(TenantId tenant, MetricMetadata family) {
    metadata.put(tenant.value() + "/" + family.family(), family);
  }

  @Override
  public void damage(WalDamage damage) {
    damages.add(damage);
  }
}
