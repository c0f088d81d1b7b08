package dev.vedette.promql.script;

import dev.vedette.model.Labels;
import dev.vedette.model.SpecialValues;
import dev.vedette.promql.script.Command.Loaded;

/** Puts the samples of a load command into a store. */
final class Loader {
  private static final double STALE = Double.longBitsToDouble(SpecialValues.STALE_BITS);

  private final ScriptStore store;

  Loader(ScriptStore store) {
    this.store = store;
  }

  void load(Command.Load load) {
    ClassicConversion conversion = new ClassicConversion();
    for (Loaded each : load.series()) {
      Labels labels = each.series().labels();
      long time = 0;
      for (int i = 0; i < each.series().items().size(); i++) {
        long start = each.starts().startOf(i, time);
        switch (each.series().items().get(i)) {
          case SeriesLine.Item.Value value -> {
            store.append(labels, time, value.value(), start);
            conversion.add(labels, time, value.value());
          }
          case SeriesLine.Item.Stale _ -> store.append(labels, time, STALE, start);
          case SeriesLine.Item.Histogram histogram ->
              store.append(labels, time, histogram.literal().histogram(), start);
          case SeriesLine.Item.Gap _ -> {}
        }
        time += load.stepMillis();
      }
    }
    if (load.converts()) {
      for (ClassicConversion.Converted each : conversion.converted()) {
        store.append(each.labels(), each.timestampMillis(), each.histogram(), 0);
      }
    }
  }
}
