package dev.vedette.wire.remoteread;

import dev.vedette.model.ErrorId;
import dev.vedette.model.InvalidRequest;
import dev.vedette.model.LabelMatcher;
import dev.vedette.wire.proto.ProtoReader;
import java.util.ArrayList;
import java.util.List;

/**
 * A {@code prometheus.ReadRequest}: what series and times are asked for, and in which form.
 *
 * @param form the first of the forms that the asker takes and there is
 */
public record ReadRequest(List<Query> queries, Form form) {
  private static final int QUERIES = 1 << 3 | ProtoReader.LENGTH;
  private static final int ACCEPTED_PACKED = 2 << 3 | ProtoReader.LENGTH;
  private static final int ACCEPTED = 2 << 3 | ProtoReader.VARINT;

  private static final int START = 1 << 3 | ProtoReader.VARINT;
  private static final int END = 2 << 3 | ProtoReader.VARINT;
  private static final int MATCHERS = 3 << 3 | ProtoReader.LENGTH;

  private static final int MATCHER_TYPE = 1 << 3 | ProtoReader.VARINT;
  private static final int MATCHER_NAME = 2 << 3 | ProtoReader.LENGTH;
  private static final int MATCHER_VALUE = 3 << 3 | ProtoReader.LENGTH;

  private static final String WAY_OUT =
      "send a prometheus.ReadRequest in snappy's block format, as a Prometheus does";
  // Far more than a Prometheus asks at once, which is one.
  private static final int MOST_QUERIES = 100;
  private static final int MOST_MATCHERS = 1000;

  public ReadRequest {
    queries = List.copyOf(queries);
  }

  /** Forms of an answer, by their numbers in the protocol. */
  public enum Form {
    /** All samples of all series in one message. */
    SAMPLES,
    /** Chunks of samples, series by series. */
    STREAMED_XOR_CHUNKS
  }

  /** Series that match, and their samples in a closed range of Unix milliseconds. */
  public record Query(List<LabelMatcher> matchers, long startMillis, long endMillis) {
    public Query {
      matchers = List.copyOf(matchers);
    }
  }

  /**
   * Decodes a message.
   *
   * @throws InvalidRequest where the bytes are none, ask for too much at once, have a regular
   *     expression that does not compile, or accept no form that there is
   */
  public static ReadRequest decode(byte[] bytes, int length) {
    ProtoReader in = new ProtoReader(ErrorId.INVALID_REQUEST, WAY_OUT);
    in.reset(bytes, 0, "ReadRequest");
    List<Query> queries = new ArrayList<>();
    List<Long> accepted = new ArrayList<>();
    while (in.at() < length) {
      int tag = in.tag(length);
      switch (tag) {
        case QUERIES -> {
          in.in("ReadRequest.queries");
          queries.add(query(in, in.end(length)));
          checkCount("queries", queries.size(), MOST_QUERIES);
        }
        case ACCEPTED -> accepted.add(in.varint(length));
        case ACCEPTED_PACKED -> {
          int end = in.end(length);
          while (in.at() < end) {
            accepted.add(in.varint(end));
          }
        }
        default -> in.skip(tag, length);
      }
    }
    return new ReadRequest(queries, form(accepted));
  }

  private static Form form(List<Long> accepted) {
    if (accepted.isEmpty()) {
      return Form.SAMPLES;
    }
    for (long number : accepted) {
      for (Form form : Form.values()) {
        if (form.ordinal() == number) {
          return form;
        }
      }
    }
    throw new InvalidRequest(
        ErrorId.INVALID_REQUEST,
        "none of the accepted_response_types %s is known".formatted(accepted),
        "accept SAMPLES (0) or STREAMED_XOR_CHUNKS (1)");
  }

  private static Query query(ProtoReader in, int end) {
    long start = 0;
    long stop = 0;
    List<LabelMatcher> matchers = new ArrayList<>();
    while (in.at() < end) {
      int tag = in.tag(end);
      switch (tag) {
        case START -> start = in.varint(end);
        case END -> stop = in.varint(end);
        case MATCHERS -> {
          matchers.add(matcher(in, in.end(end)));
          checkCount("matchers", matchers.size(), MOST_MATCHERS);
        }
        default -> in.skip(tag, end);
      }
    }
    if (matchers.isEmpty()) {
      throw new InvalidRequest(
          ErrorId.INVALID_REQUEST, "a query has no matchers", "say which series are wanted");
    }
    return new Query(matchers, start, stop);
  }

  private static LabelMatcher matcher(ProtoReader in, int end) {
    long type = 0;
    String name = "";
    String value = "";
    while (in.at() < end) {
      int tag = in.tag(end);
      switch (tag) {
        case MATCHER_TYPE -> type = in.varint(end);
        case MATCHER_NAME -> name = in.text(end);
        case MATCHER_VALUE -> value = in.text(end);
        default -> in.skip(tag, end);
      }
    }
    LabelMatcher.Type[] types = LabelMatcher.Type.values();
    if (type < 0 || type >= types.length) {
      throw in.malformed("a matcher's type from 0 to 3, found %d".formatted(type));
    }
    // Declared in the order of the protocol's numbers.
    return new LabelMatcher(types[(int) type], name, value);
  }

  private static void checkCount(String what, int count, int most) {
    if (count > most) {
      throw new InvalidRequest(
          ErrorId.BODY_TOO_LARGE,
          "the request has more than %d %s".formatted(most, what),
          "ask for less at once");
    }
  }
}
