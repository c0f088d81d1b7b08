package dev.vedette.promql.functions;

import dev.vedette.model.Labels;
import dev.vedette.promql.exec.Evaluation;
import dev.vedette.promql.exec.Points;
import dev.vedette.promql.exec.VectorBatch;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The best values of one group at each step: a heap a step, the worst on top, of equal ones the one
 * that came last. Series have numbers as long as one of their values is among the best; a number
 * that is free is given to the next one. One thread.
 */
final class BestValues {
  private static final int FIRST_ROOM = 4;
  // A value, the number of its series, and its place in the order of the results.
  private static final int VALUE_BYTES = Double.BYTES + 2 * Integer.BYTES;
  // What there is of a series besides its labels.
  private static final int SERIES_BYTES = 32;

  private final Evaluation evaluation;
  private final int[] most;
  private final int largestMost;
  private final boolean largest;
  // Of all steps, `room` entries each.
  private double[] values;
  private int[] owners;
  private int room;
  private final int[] sizes;
  // By the number of a series.
  private @Nullable Labels[] labels = new Labels[FIRST_ROOM];
  private boolean[] nameDropped = new boolean[FIRST_ROOM];
  private long[] arrivals = new long[FIRST_ROOM];
  private int[] uses = new int[FIRST_ROOM];
  private int[] free = new int[FIRST_ROOM];
  private int freeCount;
  private int numbers;
  private long came;

  /**
   * @param most how many are kept at each step; none where it is not positive
   */
  BestValues(Evaluation evaluation, int[] most, boolean largest) {
    this.evaluation = evaluation;
    this.most = most;
    this.largestMost = Math.max(0, Arrays.stream(most).max().orElse(0));
    this.largest = largest;
    this.sizes = new int[most.length];
    this.room = Math.min(FIRST_ROOM, largestMost);
    evaluation.holdBytes((long) most.length * (Integer.BYTES + (long) VALUE_BYTES * room));
    this.values = new double[most.length * room];
    this.owners = new int[most.length * room];
  }

  /** Takes the values of a series that are better than what there is. */
  void add(Labels series, boolean dropName, double[] column) {
    came++;
    int number = -1;
    for (int step = 0; step < column.length; step++) {
      double value = column[step];
      if (Points.isNone(value) || most[step] < 1) {
        continue;
      }
      boolean isFull = sizes[step] >= most[step];
      if (isFull && !isBetter(value, values[step * room])) {
        continue;
      }
      if (number < 0) {
        number = number(series, dropName);
      }
      uses[number]++;
      if (isFull) {
        leave(owners[step * room]);
        sink(step, value, number);
      } else {
        rise(step, value, number);
      }
    }
  }

  private int number(Labels series, boolean dropName) {
    evaluation.hold(series);
    evaluation.holdBytes(SERIES_BYTES);
    int number = freeCount > 0 ? free[--freeCount] : numbers++;
    if (number == labels.length) {
      int capacity = 2 * number;
      labels = Arrays.copyOf(labels, capacity);
      nameDropped = Arrays.copyOf(nameDropped, capacity);
      arrivals = Arrays.copyOf(arrivals, capacity);
      uses = Arrays.copyOf(uses, capacity);
      free = Arrays.copyOf(free, capacity);
    }
    labels[number] = series;
    nameDropped[number] = dropName;
    arrivals[number] = came;
    uses[number] = 0;
    return number;
  }

  /** One value less of a series, which is forgotten with the last one. */
  private void leave(int number) {
    if (--uses[number] == 0) {
      evaluation.release(Objects.requireNonNull(labels[number]));
      evaluation.releaseBytes(SERIES_BYTES);
      labels[number] = null;
      free[freeCount++] = number;
    }
  }

  /** Puts a value in at the bottom. */
  private void rise(int step, double value, int owner) {
    if (sizes[step] == room) {
      grow();
    }
    int base = step * room;
    int at = sizes[step]++;
    while (at > 0) {
      int parent = (at - 1) / 2;
      if (!isWorse(value, owner, base + parent)) {
        break;
      }
      put(base + at, values[base + parent], owners[base + parent]);
      at = parent;
    }
    put(base + at, value, owner);
  }

  /** Puts a value in instead of the one on top. */
  private void sink(int step, double value, int owner) {
    int base = step * room;
    int size = sizes[step];
    int at = 0;
    while (true) {
      int child = 2 * at + 1;
      if (child >= size) {
        break;
      }
      if (child + 1 < size
          && isWorse(values[base + child + 1], owners[base + child + 1], base + child)) {
        child++;
      }
      if (isWorse(value, owner, base + child)) {
        break;
      }
      put(base + at, values[base + child], owners[base + child]);
      at = child;
    }
    put(base + at, value, owner);
  }

  private void put(int at, double value, int owner) {
    values[at] = value;
    owners[at] = owner;
  }

  /** Whether a value is worse than an entry, or equal and of a series that came later. */
  private boolean isWorse(double value, int owner, int entry) {
    if (isBetter(values[entry], value)) {
      return true;
    }
    return !isBetter(value, values[entry]) && arrivals[owner] > arrivals[owners[entry]];
  }

  /** Any number is better than NaN. */
  private boolean isBetter(double a, double b) {
    if (Double.isNaN(a) || Double.isNaN(b)) {
      return Double.isNaN(b) && !Double.isNaN(a);
    }
    return largest ? a > b : a < b;
  }

  private void grow() {
    int steps = sizes.length;
    int grown = (int) Math.min(largestMost, 2L * room);
    evaluation.holdBytes((long) steps * VALUE_BYTES * (grown - room));
    int entries = Math.multiplyExact(steps, grown);
    double[] grownValues = new double[entries];
    int[] grownOwners = new int[entries];
    for (int step = 0; step < steps; step++) {
      System.arraycopy(values, step * room, grownValues, step * grown, sizes[step]);
      System.arraycopy(owners, step * room, grownOwners, step * grown, sizes[step]);
    }
    values = grownValues;
    owners = grownOwners;
    room = grown;
  }

  /** The series of the group that have any of the best values; nothing is added afterwards. */
  Results results() {
    return new Results();
  }

  /** Hands the series out, each with those of its values that are among the best. */
  final class Results {
    private final int[] order;
    // Entries of all series, those of one together, in the order of the series.
    private final int[] entries;
    private final int[] begins;
    private int next;

    private Results() {
      order = sizes.length == 1 ? bestFirst() : inOrder();
      int[] ranks = new int[numbers];
      begins = new int[order.length + 1];
      for (int rank = 0; rank < order.length; rank++) {
        ranks[order[rank]] = rank;
        begins[rank + 1] = begins[rank] + uses[order[rank]];
      }
      entries = new int[begins[order.length]];
      int[] at = begins.clone();
      for (int step = 0; step < sizes.length; step++) {
        for (int entry = step * room; entry < step * room + sizes[step]; entry++) {
          entries[at[ranks[owners[entry]]]++] = entry;
        }
      }
    }

    private int[] inOrder() {
      return IntStream.range(0, numbers)
          .filter(number -> labels[number] != null)
          .boxed()
          .sorted(Comparator.comparingLong(number -> arrivals[number]))
          .mapToInt(Integer::intValue)
          .toArray();
    }

    private int[] bestFirst() {
      return IntStream.range(0, sizes[0])
          .boxed()
          .sorted((a, b) -> isWorse(values[a], owners[a], b) ? 1 : a.equals(b) ? 0 : -1)
          .mapToInt(entry -> owners[entry])
          .toArray();
    }

    boolean hasNext() {
      return next < order.length;
    }

    void addNext(VectorBatch batch) {
      double[] column = batch.nextColumn();
      Arrays.fill(column, Points.NONE);
      for (int i = begins[next]; i < begins[next + 1]; i++) {
        column[entries[i] / room] = values[entries[i]];
      }
      int number = order[next++];
      batch.add(Objects.requireNonNull(labels[number]), nameDropped[number]);
    }
  }
}
