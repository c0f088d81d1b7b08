package dev.vedette.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vedette.model.InvalidRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Forms in parts, as curl -F and browsers send them. */
class MultipartFormTest {
  private static final String TYPE = "multipart/form-data; boundary=----x1";

  @Test
  void fieldsComeInOrderWithoutFilesAndWhatHasNoName() {
    String body =
        """
        before the first
        ------x1
        Content-Disposition: form-data; name="query"
        Content-Type: text/plain

        sum(é
        --) + 1%2B1
        ------x1
        content-disposition: form-data; filename="f"; name="file"

        content
        ------x1
        Content-Disposition: form-data

        nothing
        ------x1
        Content-Disposition: form-data; name=match[]


        ------x1
        Content-Disposition: form-data; name="a\\"b"

        2
        ------x1--
        behind the last""";

    assertThat(fields(TYPE, body))
        .containsExactly("query=sum(é\r\n--) + 1%2B1", "match[]=", "a\"b=2");
    assertThat(fields("Multipart/Form-Data; charset=x; Boundary=\"----x1\"", body)).hasSize(3);
  }

  @Test
  void whatIsDamagedIsRefusedOrReadButNeverAFault() {
    String whole = "--b\r\nContent-Disposition: form-data; name=\"q\"\r\n\r\n1\r\n--b--\r\n";
    Random random = new Random(Long.getLong("seed", 1));
    for (int i = 0; i < 2000; i++) {
      StringBuilder body = new StringBuilder(whole);
      for (int edits = random.nextInt(3); edits >= 0; edits--) {
        int at = random.nextInt(body.length());
        body.replace(
            at, Math.min(at + random.nextInt(4), body.length()), random.nextBoolean() ? "-" : "\r");
      }
      try {
        fields("multipart/form-data; boundary=b", body.toString());
      } catch (InvalidRequest e) {
        assertThat(e).hasMessageStartingWith("the body is no form in parts");
      }
    }
  }

  @Test
  void aBoundaryHasToBeThereAndOfReasonableLength() {
    for (String type :
        List.of(
            "multipart/form-data",
            "multipart/form-data; boundary=",
            "multipart/form-data; boundary=\"\"",
            "multipart/form-data; boundary=" + "x".repeat(71))) {
      assertThatThrownBy(() -> fields(type, "--x--"))
          .as(type)
          .isInstanceOf(InvalidRequest.class)
          .hasMessageContaining("boundary");
    }
  }

  private static List<String> fields(String type, String body) {
    assertThat(MultipartForm.isType(type)).isTrue();
    List<String> found = new ArrayList<>();
    byte[] bytes = body.replaceAll("(?<!\r)\n", "\r\n").getBytes(StandardCharsets.UTF_8);
    MultipartForm.read(type, bytes, (name, value) -> found.add(name + "=" + value));
    return found;
  }
}
