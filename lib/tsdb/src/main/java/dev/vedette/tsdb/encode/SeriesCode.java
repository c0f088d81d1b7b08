package dev.vedette.tsdb.encode;

/**
 * How the values of one series are coded, all but the residuals: what a page's header says of it.
 *
 * <p>A value is first a whole number {@code x} (see {@link Form}), then {@code x[i] = base + factor
 * * y[i]}, and {@code y}, which begins with 0, is guessed by a {@link Predictor}. Where the series
 * is {@code relative}, {@code x} is what is left after the sibling's {@code x} is taken off; the
 * sibling is the last series before it in the page that is neither constant nor a copy.
 */
final class SeriesCode {
  /** What the whole number of a value is. */
  enum Form {
    /** The value times {@code 10^scale}. */
    DECIMAL,
    /** The same rounded; the correction says how many doubles further the value is. */
    CORRECTED,
    /** The value's bits without {@code scale} zeros at the end. */
    BITS
  }

  static final int[] NONE = {};
  static final long[] NO_BITS = {};

  int size;
  Form form = Form.DECIMAL;
  int scale;
  // Values that stand outside: where they are and their bits. In x they repeat their neighbour.
  int[] exceptionAt = NONE;
  long[] exceptionBits = NO_BITS;
  boolean relative;
  // How many series back the one is whose steps are these times a factor, or -1.
  int copyOf = -1;
  long base;
  long factor = 1;
  Predictor predictor = Predictor.CONSTANT;
  long parameter;
  // Of the corrections, where the form has them; they are a sequence of their own.
  long correctionBase;
  Predictor correctionPredictor = Predictor.CONSTANT;
  long correctionParameter;
  int tableSet;
  int correctionTableSet;

  /** Whether {@code x} is one number, which says nothing about the next series. */
  boolean isConstant() {
    return copyOf < 0 && predictor == Predictor.CONSTANT && !relative;
  }

  boolean hasCorrections() {
    return form == Form.CORRECTED;
  }
}
