package dev.vedette.tsdb.encode;

import java.util.Arrays;
import java.util.Objects;

/**
 * The tables of a group: a few sets, of which each stream uses the one that suits it. Sets are
 * found by k-means over the streams' counts with code length as distance, from 1, 2, 4 and 8 sets
 * the number that is smallest altogether. Fixed once made.
 */
public final class TokenTables {
  static final int MAX_SETS = 8;

  private static final int ROUNDS = 8;
  private static final int CELLS = Tokens.CONTEXTS << 8;

  private final TokenTable[] sets;

  private TokenTables(TokenTable[] sets) {
    this.sets = sets;
  }

  TokenTable get(int set) {
    return sets[set];
  }

  int count() {
    return sets.length;
  }

  /** Makes tables for all streams and tells each its set. */
  static TokenTables train(TokenStreams streams) {
    if (streams.count() == 0) {
      return new TokenTables(new TokenTable[0]);
    }
    return new Training(streams).best();
  }

  void write(ByteSink out) {
    out.u8(sets.length);
    if (sets.length > 0) {
      HeaderEncoder encoder = new HeaderEncoder();
      for (TokenTable set : sets) {
        set.write(encoder);
      }
      encoder.finish(out);
    }
  }

  public static TokenTables read(ByteSource in) {
    int count = in.u8();
    if (count > MAX_SETS) {
      throw in.damaged("at most %d tables".formatted(MAX_SETS), "%d".formatted(count));
    }
    TokenTable[] sets = new TokenTable[count];
    if (count > 0) {
      HeaderDecoder decoder = new HeaderDecoder();
      decoder.reset(in);
      for (int i = 0; i < count; i++) {
        sets[i] = TokenTable.read(decoder, in);
      }
    }
    in.expectEnd();
    return new TokenTables(sets);
  }

  /** One search for good sets. */
  private static final class Training {
    private final TokenStreams streams;
    // What each stream counts: cells (context << 8 | token) and how often, from starts[i] on.
    private final int[] starts;
    private int[] cells = new int[1 << 12];
    private int[] counts = new int[1 << 12];

    Training(TokenStreams streams) {
      this.streams = streams;
      starts = new int[streams.count() + 1];
      int[] tally = new int[CELLS];
      int used = 0;
      for (int stream = 0; stream < streams.count(); stream++) {
        starts[stream] = used;
        int needed = used + streams.to(stream) - streams.from(stream);
        if (needed > cells.length) {
          cells = Arrays.copyOf(cells, needed * 2);
          counts = Arrays.copyOf(counts, needed * 2);
        }
        for (int i = streams.from(stream); i < streams.to(stream); i++) {
          int cell = streams.context(i) << 8 | streams.token(i);
          if (tally[cell]++ == 0) {
            cells[used++] = cell;
          }
        }
        for (int i = starts[stream]; i < used; i++) {
          counts[i] = tally[cells[i]];
          tally[cells[i]] = 0;
        }
      }
      starts[streams.count()] = used;
    }

    TokenTables best() {
      TokenTables best = null;
      byte[] bestSets = {};
      double bestBits = Double.MAX_VALUE;
      for (int count = 1; count <= Math.min(MAX_SETS, streams.count()); count *= 2) {
        byte[] sets = cluster(count);
        TokenTables tables = tables(sets, count);
        ByteSink bytes = new ByteSink();
        tables.write(bytes);
        double bits = 8.0 * bytes.size() + bits(tables, sets);
        if (bits < bestBits) {
          bestBits = bits;
          best = tables;
          bestSets = sets;
        }
      }
      for (int stream = 0; stream < bestSets.length; stream++) {
        streams.set(stream, bestSets[stream]);
      }
      return Objects.requireNonNull(best);
    }

    private byte[] cluster(int count) {
      byte[] sets = begin(count);
      for (int round = 0; count > 1 && round < ROUNDS; round++) {
        float[][] costs = costs(sets, count);
        boolean changed = false;
        for (int stream = 0; stream < sets.length; stream++) {
          byte cheapest = cheapest(costs, stream);
          changed |= cheapest != sets[stream];
          sets[stream] = cheapest;
        }
        if (!changed) {
          break;
        }
      }
      return sets;
    }

    /** To begin with, streams of similar average token share a set. */
    private byte[] begin(int count) {
      double[] averages = new double[streams.count()];
      Integer[] order = new Integer[averages.length];
      for (int stream = 0; stream < averages.length; stream++) {
        long sum = 0;
        for (int i = streams.from(stream); i < streams.to(stream); i++) {
          sum += streams.token(i);
        }
        averages[stream] = (double) sum / (streams.to(stream) - streams.from(stream));
        order[stream] = stream;
      }
      Arrays.sort(order, (a, b) -> Double.compare(averages[a], averages[b]));
      byte[] sets = new byte[averages.length];
      for (int rank = 0; rank < order.length; rank++) {
        sets[order[rank]] = (byte) ((long) rank * count / order.length);
      }
      return sets;
    }

    private byte cheapest(float[][] costs, int stream) {
      int cheapest = 0;
      double least = Double.MAX_VALUE;
      for (int set = 0; set < costs.length; set++) {
        double bits = 0;
        for (int i = starts[stream]; i < starts[stream + 1]; i++) {
          bits += (double) counts[i] * costs[set][cells[i]];
        }
        if (bits < least) {
          least = bits;
          cheapest = set;
        }
      }
      return (byte) cheapest;
    }

    /** Bits of each token in each context, smoothed so that what a set has not seen has a price. */
    private float[][] costs(byte[] sets, int count) {
      int[][] sums = sums(sets, count);
      float[][] costs = new float[count][CELLS];
      for (int set = 0; set < count; set++) {
        for (int context = 0; context < Tokens.CONTEXTS; context++) {
          double total = 0;
          for (int i = context << 8; i < (context << 8) + Tokens.COUNT; i++) {
            total += sums[set][i] + 0.02;
          }
          for (int i = context << 8; i < (context << 8) + Tokens.COUNT; i++) {
            costs[set][i] = (float) log2(total / (sums[set][i] + 0.02));
          }
        }
      }
      return costs;
    }

    private int[][] sums(byte[] sets, int count) {
      int[][] sums = new int[count][CELLS];
      for (int stream = 0; stream < sets.length; stream++) {
        for (int i = starts[stream]; i < starts[stream + 1]; i++) {
          sums[sets[stream]][cells[i]] += counts[i];
        }
      }
      return sums;
    }

    private TokenTables tables(byte[] sets, int count) {
      int[][] sums = sums(sets, count);
      TokenTable[] tables = new TokenTable[count];
      for (int set = 0; set < count; set++) {
        int[][] byContext = new int[Tokens.CONTEXTS][];
        for (int context = 0; context < Tokens.CONTEXTS; context++) {
          byContext[context] =
              Arrays.copyOfRange(sums[set], context << 8, (context << 8) + Tokens.COUNT);
        }
        tables[set] = TokenTable.of(byContext);
      }
      return new TokenTables(tables);
    }

    private double bits(TokenTables tables, byte[] sets) {
      double bits = 0;
      for (int stream = 0; stream < sets.length; stream++) {
        TokenTable table = tables.get(sets[stream]);
        for (int i = starts[stream]; i < starts[stream + 1]; i++) {
          int frequency = table.frequency(cells[i] >>> 8, cells[i] & 0xff);
          bits += counts[i] * log2((double) TokenTable.TOTAL / frequency);
        }
      }
      return bits;
    }

    private static double log2(double value) {
      return Math.log(value) / Math.log(2);
    }
  }
}
