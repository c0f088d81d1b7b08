package dev.vedette.tsdb.encode;

import dev.vedette.tsdb.encode.SeriesCode.Form;

/**
 * The fields of the series of a page, in both directions: one method writes a series, one reads it,
 * field by field in the same order. What a series most likely has in common with the one before it
 * costs next to nothing.
 */
final class PageHeader {
  // Models of HeaderEncoder, one for each field or use of it.
  private static final int SAME_VECTOR = 0;
  private static final int VECTOR_STEP = 1;
  private static final int HAS_EXCEPTIONS = 2;
  private static final int EXCEPTION_COUNT = 3;
  private static final int EXCEPTION_GAP = 4;
  private static final int EXCEPTION_KIND = 5;
  private static final int SAME_FORM = 6;
  private static final int FORM = 7;
  // One for each kind that the series before may have.
  private static final int KIND = 8;
  private static final int RELATIVE = 24;
  private static final int BITS_SCALE = 25;
  private static final int SAME_BASE = 26;
  private static final int NEAR_BASE = 27;
  private static final int BASE = 28;
  private static final int BASE_STEP = 29;
  private static final int COPY_BASE_STEP = 30;
  private static final int HAS_FACTOR = 31;
  private static final int FACTOR = 32;
  private static final int TABLE_SET = 33;
  private static final int CORRECTION_BASE = 34;
  private static final int CORRECTION_KIND = 35;
  private static final int CORRECTION_PARAMETER = 36;
  private static final int CORRECTION_SET = 37;
  private static final int COPY_BACK = 38;
  private static final int COPY_FACTOR = 39;
  private static final int SAME_COPY_BACK = 40;
  // One for each predictor.
  private static final int PARAMETER = 44;

  private static final long[] EXCEPTIONS = {
    0x7ff0_0000_0000_0002L, // staleness marker
    0x7ff8_0000_0000_0001L, // NaN as text formats give it
    0x7ff8_0000_0000_0000L, // NaN as arithmetic gives it
    0x7ff0_0000_0000_0000L, // +Inf
    0xfff0_0000_0000_0000L, // -Inf
    0x8000_0000_0000_0000L, // -0
  };
  private static final int OTHER_EXCEPTION = EXCEPTIONS.length;

  // DECIMAL by scale, then CORRECTED by scale (up to 12 in use), then BITS.
  private static final int BITS_FORM = 31;
  private static final int CORRECTED_FORM = Decimals.MAX_EXPONENT + 1;
  private static final int[] CORRECTED_SCALES = {2, 3, 6, 9, 12};

  private int vector;
  private int form;
  private int kind;
  private long base;
  private int copyBack;

  void reset(int firstVector) {
    vector = firstVector;
    form = 0;
    kind = 0;
    base = 0;
    copyBack = 0;
  }

  void write(HeaderEncoder out, SeriesCode code, int vectorId) {
    out.flag(SAME_VECTOR, vectorId == vector);
    if (vectorId != vector) {
      out.signed(VECTOR_STEP, vectorId - vector);
      vector = vectorId;
    }
    writeExceptions(out, code);
    int newKind = code.copyOf >= 0 ? Predictor.count() : code.predictor.ordinal();
    out.symbol(KIND + kind, newKind);
    kind = newKind;
    writeForm(out, code);
    if (code.copyOf >= 0) {
      writeCopy(out, code);
    } else {
      writePrediction(out, code);
    }
    if (code.hasCorrections()) {
      out.signed(CORRECTION_BASE, code.correctionBase);
    }
    if (code.hasCorrections() && code.copyOf < 0) {
      out.symbol(CORRECTION_KIND, code.correctionPredictor.ordinal());
      if (code.correctionPredictor.hasParameter()) {
        out.signed(CORRECTION_PARAMETER, code.correctionParameter);
      }
      if (code.correctionPredictor.hasResiduals()) {
        out.symbol(CORRECTION_SET, code.correctionTableSet);
      }
    }
  }

  private void writeForm(HeaderEncoder out, SeriesCode code) {
    int newForm =
        switch (code.form) {
          case DECIMAL -> code.scale;
          case CORRECTED -> CORRECTED_FORM + indexOf(CORRECTED_SCALES, code.scale);
          case BITS -> BITS_FORM;
        };
    out.flag(SAME_FORM, newForm == form);
    if (newForm != form) {
      out.symbol(FORM, newForm);
      form = newForm;
    }
    if (code.form == Form.BITS) {
      out.number(BITS_SCALE, code.scale);
    }
  }

  private void writePrediction(HeaderEncoder out, SeriesCode code) {
    boolean varying = code.predictor.hasResiduals();
    out.flag(RELATIVE, code.relative);
    writeBase(out, code.base);
    if (code.predictor != Predictor.CONSTANT) {
      out.flag(HAS_FACTOR, code.factor != 1);
      if (code.factor != 1) {
        out.number(FACTOR, code.factor);
      }
    }
    if (code.predictor.hasParameter()) {
      out.signed(PARAMETER + code.predictor.ordinal(), code.parameter);
    }
    if (varying) {
      out.symbol(TABLE_SET, code.tableSet);
    }
  }

  private void writeBase(HeaderEncoder out, long newBase) {
    out.flag(SAME_BASE, newBase == base);
    if (newBase != base) {
      long step = newBase - base;
      boolean near = length(step) < length(newBase);
      out.flag(NEAR_BASE, near);
      out.signed(near ? BASE_STEP : BASE, near ? step : newBase);
      base = newBase;
    }
  }

  private static int length(long value) {
    return Endian.bitLength(Endian.zigzag(value));
  }

  private void writeCopy(HeaderEncoder out, SeriesCode code) {
    out.flag(SAME_COPY_BACK, code.copyOf == copyBack);
    if (code.copyOf != copyBack) {
      out.number(COPY_BACK, code.copyOf);
      copyBack = code.copyOf;
    }
    out.signed(COPY_BASE_STEP, code.base - base);
    base = code.base;
    out.signed(COPY_FACTOR, code.factor);
  }

  private static void writeExceptions(HeaderEncoder out, SeriesCode code) {
    int count = code.exceptionAt.length;
    out.flag(HAS_EXCEPTIONS, count > 0);
    if (count == 0) {
      return;
    }
    out.number(EXCEPTION_COUNT, count);
    int next = 0;
    for (int i = 0; i < count; i++) {
      out.number(EXCEPTION_GAP, code.exceptionAt[i] - next);
      next = code.exceptionAt[i] + 1;
      int known = indexOf(EXCEPTIONS, code.exceptionBits[i]);
      out.symbol(EXCEPTION_KIND, known < 0 ? OTHER_EXCEPTION : known);
      if (known < 0) {
        out.raw(code.exceptionBits[i], Long.SIZE);
      }
    }
  }

  private static int indexOf(long[] values, long value) {
    for (int i = 0; i < values.length; i++) {
      if (values[i] == value) {
        return i;
      }
    }
    return -1;
  }

  private static int indexOf(int[] values, int value) {
    for (int i = 0; i < values.length; i++) {
      if (values[i] == value) {
        return i;
      }
    }
    throw new IllegalArgumentException("BUG: no code for scale " + value);
  }

  /** Number of samples by vector. */
  @FunctionalInterface
  interface VectorSizes {
    int size(long vector);
  }

  int vector() {
    return vector;
  }

  SeriesCode read(HeaderDecoder in, VectorSizes vectors, ByteSource source) {
    SeriesCode code = new SeriesCode();
    if (!in.flag(SAME_VECTOR)) {
      long next = vector + in.signed(VECTOR_STEP);
      vectors.size(next);
      vector = (int) next;
    }
    code.size = vectors.size(vector);
    readExceptions(in, code);
    kind = below(source, in.symbol(KIND + kind), Predictor.count() + 1);
    readForm(in, code, source);
    if (kind == Predictor.count()) {
      readCopy(in, code);
    } else {
      code.predictor = Predictor.of(kind);
      readPrediction(in, code);
    }
    if (code.hasCorrections()) {
      code.correctionBase = in.signed(CORRECTION_BASE);
    }
    if (code.hasCorrections() && code.copyOf < 0) {
      code.correctionPredictor =
          Predictor.of(below(source, in.symbol(CORRECTION_KIND), Predictor.count()));
      if (code.correctionPredictor.hasParameter()) {
        code.correctionParameter = in.signed(CORRECTION_PARAMETER);
      }
      if (code.correctionPredictor.hasResiduals()) {
        code.correctionTableSet = in.symbol(CORRECTION_SET);
      }
    }
    return code;
  }

  private void readForm(HeaderDecoder in, SeriesCode code, ByteSource source) {
    if (!in.flag(SAME_FORM)) {
      form = in.symbol(FORM);
    }
    if (form == BITS_FORM) {
      code.form = Form.BITS;
      code.scale = in.count(BITS_SCALE, "a scale of bits", 63);
    } else if (form < CORRECTED_FORM) {
      code.form = Form.DECIMAL;
      code.scale = form;
    } else {
      code.form = Form.CORRECTED;
      code.scale = CORRECTED_SCALES[below(source, form - CORRECTED_FORM, CORRECTED_SCALES.length)];
    }
  }

  private void readPrediction(HeaderDecoder in, SeriesCode code) {
    boolean varying = code.predictor.hasResiduals();
    code.relative = in.flag(RELATIVE);
    if (!in.flag(SAME_BASE)) {
      base = in.flag(NEAR_BASE) ? base + in.signed(BASE_STEP) : in.signed(BASE);
    }
    code.base = base;
    if (code.predictor != Predictor.CONSTANT && in.flag(HAS_FACTOR)) {
      code.factor = in.number(FACTOR);
    }
    if (code.predictor.hasParameter()) {
      code.parameter = in.signed(PARAMETER + code.predictor.ordinal());
    }
    if (varying) {
      code.tableSet = in.symbol(TABLE_SET);
    }
  }

  private void readCopy(HeaderDecoder in, SeriesCode code) {
    if (!in.flag(SAME_COPY_BACK)) {
      copyBack = in.count(COPY_BACK, "a distance", Integer.MAX_VALUE);
    }
    code.copyOf = copyBack;
    base += in.signed(COPY_BASE_STEP);
    code.base = base;
    code.factor = in.signed(COPY_FACTOR);
  }

  private static void readExceptions(HeaderDecoder in, SeriesCode code) {
    if (!in.flag(HAS_EXCEPTIONS)) {
      return;
    }
    int count = in.count(EXCEPTION_COUNT, "exceptions", code.size);
    code.exceptionAt = new int[count];
    code.exceptionBits = new long[count];
    int next = 0;
    for (int i = 0; i < count; i++) {
      int at = next + in.count(EXCEPTION_GAP, "a gap", code.size - 1L - next);
      code.exceptionAt[i] = at;
      next = at + 1;
      int known = in.symbol(EXCEPTION_KIND);
      code.exceptionBits[i] = known < OTHER_EXCEPTION ? EXCEPTIONS[known] : in.raw(Long.SIZE);
    }
  }

  private static int below(ByteSource source, int value, int bound) {
    if (value < 0 || value >= bound) {
      throw source.damaged("a field below %d".formatted(bound), "%d".formatted(value));
    }
    return value;
  }
}
