package dev.vedette.wire.remoteread;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vedette.model.ErrorId;
import dev.vedette.model.InvalidRequest;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Utf8;
import dev.vedette.testkit.ProtoMessage;
import dev.vedette.wire.remoteread.ReadRequest.Form;
import dev.vedette.wire.remoteread.ReadRequest.Query;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ReadRequestTest {
  @Test
  void queriesHaveTheirTimesAndMatchers() {
    byte[] bytes = new ProtoMessage().field(1, query()).varint(2, 1).varint(2, 0).bytes();

    ReadRequest request = ReadRequest.decode(bytes, bytes.length);

    assertThat(request.form()).isEqualTo(Form.STREAMED_XOR_CHUNKS);
    assertThat(request.queries())
        .containsExactly(
            new Query(
                java.util.List.of(
                    LabelMatcher.equal("__name__", "up"),
                    new LabelMatcher(LabelMatcher.Type.NOT_REGEX, "job", "a.*")),
                1_000,
                2_000));
  }

  @Test
  void theFormIsTheFirstAcceptedOneThatIsKnownAndSamplesWhereNoneIsNamed() {
    assertThat(form(new ProtoMessage().field(1, query()))).isEqualTo(Form.SAMPLES);
    assertThat(form(new ProtoMessage().field(2, new byte[] {7, 0, 1}))).isEqualTo(Form.SAMPLES);
    assertThatThrownBy(() -> form(new ProtoMessage().varint(2, 9)))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("accepted_response_types [9]");
  }

  @Test
  void whatCannotBeAskedIsRefused() {
    assertThatThrownBy(() -> form(new ProtoMessage().field(1, new byte[0])))
        .hasMessageContaining("no matchers");
    ProtoMessage regex =
        new ProtoMessage().varint(1, 2).field(2, Utf8.encode("a")).field(3, Utf8.encode("("));
    assertThatThrownBy(() -> form(new ProtoMessage().field(1, new ProtoMessage().field(3, regex))))
        .isInstanceOfSatisfying(
            InvalidRequest.class, e -> assertThat(e.id()).isEqualTo(ErrorId.INVALID_REGEX));
    ProtoMessage many = new ProtoMessage();
    for (int i = 0; i <= 100; i++) {
      many.field(1, query());
    }
    assertThatThrownBy(() -> form(many)).hasMessageContaining("more than 100 queries");
  }

  @Test
  void changedAndCutRequestsAreRefusedOrReadNeverAnythingElse() {
    long seed = Long.getLong("seed", 1);
    System.out.println("seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    byte[] valid = new ProtoMessage().field(1, query()).field(1, query()).varint(2, 1).bytes();
    for (int i = 0; i < 20_000; i++) {
      int length = random.nextInt(3) > 0 ? valid.length : random.nextInt(valid.length + 1);
      byte[] changed = Arrays.copyOf(valid, length);
      for (int n = random.nextInt(5); n > 0 && length > 0; n--) {
        changed[random.nextInt(length)] = (byte) random.nextInt();
      }
      try {
        assertThat(ReadRequest.decode(changed, length).queries()).hasSizeLessThan(10);
      } catch (InvalidRequest e) {
        assertThat(e.id()).isIn(ErrorId.INVALID_REQUEST, ErrorId.INVALID_REGEX);
      }
    }
  }

  private static Form form(ProtoMessage request) {
    byte[] bytes = request.bytes();
    return ReadRequest.decode(bytes, bytes.length).form();
  }

  private static ProtoMessage query() {
    ProtoMessage regex =
        new ProtoMessage().varint(1, 3).field(2, Utf8.encode("job")).field(3, Utf8.encode("a.*"));
    return new ProtoMessage()
        .varint(1, 1_000)
        .varint(2, 2_000)
        .field(3, new ProtoMessage().field(2, Utf8.encode("__name__")).field(3, Utf8.encode("up")))
        .field(3, regex)
        .field(4, new byte[3]);
  }
}
